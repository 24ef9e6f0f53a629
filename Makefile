PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
REPORT_STAMP := $(VENV)/.installed-report
CATALOGUES := $(wildcard bot/locale/*/LC_MESSAGES/*.po)

PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
UNITDIR ?= $(SYSCONFDIR)/systemd/system
STATEDIR ?= /var/lib
PROGRAM = $(DESTDIR)$(PREFIX)/lib/dxbot
PLACE = sed -e 's|@PREFIX@|$(PREFIX)|g' -e 's|@SYSCONFDIR@|$(SYSCONFDIR)|g' -e 's|@STATEDIR@|$(STATEDIR)|g'

.PHONY: help demo serve test sqlite services processes postgresql dates system check outputs corpus fuzz mutants bench bundle size house pictures settings licences sbom install units lock clean

help: ## この一覧
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(STAMP): requirements.lock requirements-build.lock pyproject.toml setup.py $(CATALOGUES) # setup.py compiles the catalogues
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock -r requirements-build.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
	$(BIN)/python -m compileall -q bot
	touch $@

$(DEV_STAMP): requirements-dev.lock $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

$(REPORT_STAMP): requirements-report.lock $(STAMP) # what draws charts and sets reports: dxbot[report]
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-report.lock
	touch $@

demo: $(REPORT_STAMP) ## 一つの命令で、最初から最後まで試す（アカウントも鍵も要らない）
	$(BIN)/dxbot demo

serve: $(REPORT_STAMP) ## 画面 http://127.0.0.1:8000/ と練習用の掲示 http://127.0.0.1:8001/ と公開サイト（/site/）（PORT= と SANDBOX_PORT= で変えられる）
	$(BIN)/dxbot demo --serve $(if $(PORT),--port $(PORT)) $(if $(SANDBOX_PORT),--sandbox-port $(SANDBOX_PORT))

test: $(DEV_STAMP) system ## 全ての試験（SQLite と PostgreSQL で、同時に）
	$(MAKE) --no-print-directory -j4 sqlite services processes postgresql
	$(MAKE) --no-print-directory dates

# Half of what runs on SQLite: in one row with the rest it would go on alone when the others are over, with a core idle.
APART = tests/attacks tests/services tests/web

sqlite: $(DEV_STAMP) # some tests call make themselves, and are no part of this one
	MAKEFLAGS= $(BIN)/python -m pytest --ignore=tests/acceptance --ignore=tests/chaos $(APART:%=--ignore=%)

services: $(DEV_STAMP) # on SQLite, too
	MAKEFLAGS= $(BIN)/python -m pytest -p no:cacheprovider $(APART)

processes: $(DEV_STAMP) # what mostly waits for others
	MAKEFLAGS= $(BIN)/python -m pytest -p no:cacheprovider tests/acceptance tests/chaos

postgresql: $(DEV_STAMP) # what depends on the database; a page looks the same on both, and some bring databases of their own
	MAKEFLAGS= DXBOT_TEST_DATABASE=postgresql $(BIN)/python -m pytest -p no:cacheprovider --ignore=tests/web/test_accessibility.py --ignore=tests/services/test_year.py \
	--ignore=tests/chaos/test_machine_faults.py --ignore=tests/chaos/test_database_away.py \
	tests/attacks tests/services tests/sync tests/web tests/issues tests/notices tests/chaos tests/postgresql

dates: $(DEV_STAMP) system ## 実演と、日付によることの試験を、ほかの日付で（閏日、年末年始、遠い年、原稿締切の前日）
	MAKEFLAGS= $(BIN)/python -m tests.dates

system: # what only the system has: a browser, a word processor, git, nginx. Installed where that is possible, told otherwise.
	@missing=""; command -v chromium chromium-browser google-chrome > /dev/null || missing="$$missing chromium"; \
	command -v soffice > /dev/null || missing="$$missing libreoffice-writer-nogui"; \
	command -v git > /dev/null || missing="$$missing git"; \
	command -v faketime > /dev/null || missing="$$missing faketime"; \
	PATH="$$PATH:/usr/sbin" command -v nginx > /dev/null || missing="$$missing nginx-light"; \
	command -v systemd-analyze > /dev/null || missing="$$missing systemd"; \
	command -v ssh-keygen > /dev/null || missing="$$missing openssh-client"; \
	command -v openssl > /dev/null || missing="$$missing openssl"; \
	PATH="$$PATH:/usr/sbin:/sbin" ldconfig -p | grep -q libpangoft2-1.0 || missing="$$missing libpango-1.0-0 libpangoft2-1.0-0"; \
	PATH="$$PATH:/usr/sbin:/sbin" ldconfig -p | grep -q libharfbuzz-subset || missing="$$missing libharfbuzz-subset0"; \
	test -z "$$missing" || if [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing > /dev/null; \
	else echo "試験の一部に次のものが要ります（入れるまで、その試験は飛ばします）:$$missing"; fi

check: $(DEV_STAMP) ## 書き方・型・依存の向き・使われないもの・データベースの形
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/unused.py
	DJANGO_SETTINGS_MODULE=bot.settings DXBOT_VAR_DIR=build/check $(BIN)/python -m django makemigrations --check --dry-run

outputs: $(DEV_STAMP) ## 紙面の行が、校正刷り・HTML・図・文章で同じか、5,000段落で比べる
	PARAGRAPHS=5000 $(BIN)/python -m pytest tests/newsletter/test_outputs_agree.py -q

corpus: $(DEV_STAMP) ## 点検の決まりが、ふつうの日本語でどれだけ鳴るかを測る（Debian で。文章は取り寄せ、残さない）
	rm -rf build/corpus && mkdir -p build/corpus
	cd build/corpus && apt-get download debian-faq-ja debian-edu-doc-ja developers-reference-ja maint-guide-ja && for f in *.deb; do dpkg-deb -x $$f .; done
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: -d build/corpus hironsancorpus==0.1.2
	cd build/corpus && tar -xzf hironsancorpus-*.tar.gz
	$(BIN)/python -m tests.checks.corpus build/corpus
	mkdir build/corpus/textlint && $(BIN)/python -m tests.checks.textlint build/corpus/textlint
	rm -rf build/corpus

fuzz: $(DEV_STAMP) ## でたらめな原稿・設定ファイル・包み・画像・電文・表・記録・入力欄を読ませ続ける（Linux で、全部で30分。SECONDS で変えられる）
	for target in post shared package picture telegram feed sheet record form; do \
	nice $(BIN)/python -m tests.fuzz $$target -max_total_time=$(or $(SECONDS),200) || exit 1; done

mutants: $(DEV_STAMP) ## 中核と、配信・承認の一部の式を一つずつ変え、試験が気づくかを測る（docs/mutants.md）
	rm -rf mutants
	$(BIN)/python tools/mutants.py core
	$(BIN)/python tools/mutants.py services

bench: $(DEV_STAMP) ## 速さを、比べる相手と並べて測る
	$(BIN)/python -m tests.bench

bundle: $(STAMP) ## 通信のない PC のための点検一式（PLATFORM=win_amd64 など。書かなければこの機械用）
	$(BIN)/python tools/bundle.py $(PLATFORM)

size: ## 新しい写しで make demo を動かし、終わりまでの時間と、取り寄せる量・入れた量を測る
	rm -rf build/size
	git clone --quiet . build/size/clone
	start=$$(date +%s); MAKEFLAGS= $(MAKE) --no-print-directory -C build/size/clone demo > /dev/null; \
	echo "make demo の初めから終わりまで $$(( $$(date +%s) - start )) 秒（50 まで）"
	build/size/clone/$(BIN)/python -m pip download --quiet --disable-pip-version-check --require-hashes -d build/size/files -r requirements.lock
	@echo "取り寄せる量 $$(du -sm build/size/files | cut -f1) MB（110 まで）、図と報告の部品も入れた量 $$(du -sm build/size/clone/$(VENV) | cut -f1) MB（530 まで）"
	rm -rf build/size

house: $(DEV_STAMP) ## 部屋の図と一覧を、依存の向きから描き直す（docs/house.md）
	$(BIN)/python -m tools.house

pictures: $(REPORT_STAMP) $(DEV_STAMP) ## 画面の絵（docs/images/*.png）を、実演の画面から撮り直す（Chromium が要る。日付をそろえるには faketime も）
	$(BIN)/python -m tools.pictures

settings: $(STAMP) ## 設定の一覧を、プログラムから書き出す（docs/settings.md）
	$(BIN)/python -m tools.settings

licences: $(STAMP) ## 入るものの使用許諾を並べ、許していないものがあれば言う
	$(BIN)/python -m tools.licences

sbom: $(DEV_STAMP) ## 何が入るかの一覧（CycloneDX）を build/dxbot.cdx.json に書き出す
	rm -rf build/sbom && $(PYTHON) -m venv --without-pip build/sbom
	$(BIN)/python -m pip --python build/sbom install --quiet --disable-pip-version-check --require-hashes -r requirements-distributed.lock
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --validate -o build/dxbot.cdx.json build/sbom/bin/python
	rm -rf build/sbom

install: units ## サーバーに置く（プログラム、systemd の単位、設定の見本。PREFIX と DESTDIR で場所を変えられる）
	test -x $(PROGRAM)/bin/python || $(PYTHON) -m venv $(PROGRAM)
	$(PROGRAM)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-distributed.lock
	rm -rf build/wheel && $(PYTHON) -m venv build/wheel # what only builds it stays outside
	build/wheel/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-build.lock
	build/wheel/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir build/wheel .
	$(PROGRAM)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-index --force-reinstall build/wheel/dxbot-*.whl
	rm -rf build/wheel
	test -z "$(DESTDIR)" || sed -i '1s|^#!$(DESTDIR)|#!|' $$(grep -lI '^#!$(DESTDIR)' $(PROGRAM)/bin/*)

units: # docs/deploy at its places: nothing that the city wrote is overwritten
	install -d $(PROGRAM) $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(UNITDIR)/dxbot.service.d $(DESTDIR)$(UNITDIR)/dxbot-.service.d
	install -d $(DESTDIR)$(SYSCONFDIR)/sysusers.d $(DESTDIR)$(SYSCONFDIR)/tmpfiles.d $(DESTDIR)$(SYSCONFDIR)/dxbot $(DESTDIR)$(SYSCONFDIR)/nginx/sites-available
	install -d -m 700 $(DESTDIR)$(SYSCONFDIR)/dxbot/keys
	install -d $(DESTDIR)$(PREFIX)/share/doc/dxbot && cp -R docs/*.md docs/sql $(DESTDIR)$(PREFIX)/share/doc/dxbot/
	for unit in docs/deploy/systemd/dxbot*; do $(PLACE) $$unit > $(DESTDIR)$(UNITDIR)/$${unit##*/} || exit 1; done
	for each in dxbot dxbot-; do $(PLACE) docs/deploy/systemd/confined.conf > $(DESTDIR)$(UNITDIR)/$$each.service.d/confined.conf || exit 1; done
	$(PLACE) docs/deploy/systemd/sysusers.conf > $(DESTDIR)$(SYSCONFDIR)/sysusers.d/dxbot.conf
	cp docs/deploy/systemd/tmpfiles.conf $(DESTDIR)$(SYSCONFDIR)/tmpfiles.d/dxbot.conf
	$(PLACE) docs/deploy/start > $(PROGRAM)/start && chmod 755 $(PROGRAM)/start
	$(PLACE) docs/deploy/dxbot > $(DESTDIR)$(PREFIX)/bin/dxbot && chmod 755 $(DESTDIR)$(PREFIX)/bin/dxbot
	test -e $(DESTDIR)$(SYSCONFDIR)/dxbot/dxbot.env || $(PLACE) docs/deploy/dxbot.env > $(DESTDIR)$(SYSCONFDIR)/dxbot/dxbot.env
	test -e $(DESTDIR)$(SYSCONFDIR)/nginx/sites-available/dxbot || cp docs/deploy/nginx.conf $(DESTDIR)$(SYSCONFDIR)/nginx/sites-available/dxbot

lock: ## 依存の版と検査値を固定し直す（uv が要る）
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o requirements.lock
	uv pip compile --group build --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -c requirements.lock -o requirements-build.lock
	uv pip compile pyproject.toml --extra distributed --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -c requirements.lock -o requirements-distributed.lock
	uv pip compile pyproject.toml --extra report --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -c requirements.lock -o requirements-report.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -c requirements.lock -c requirements-build.lock -o requirements-dev.lock

clean: ## 試した跡を消す（.venv は残す）
	rm -rf var out build mutants .mypy_cache .ruff_cache .pytest_cache
