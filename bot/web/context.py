from django.http import HttpRequest


def city(request: HttpRequest) -> dict[str, object]:
    return {}
