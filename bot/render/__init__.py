"""From a Post to what each channel will show, to the byte, and the digest that an approval is bound to (ADR 2)."""
