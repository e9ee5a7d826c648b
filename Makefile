# Each target is one line: `python3 bootstrap.py <target>` does the same where make is missing.

PYTHON ?= python3
.DEFAULT_GOAL := help

# Hands on what was written on make's own command line (make demo PORT=8090), quoted for the shell;
# a PORT that happens to be in the environment is not meant.
given = $(foreach name,$(filter-out -% MAKE% PYTHON,$(.VARIABLES)),$(if $(findstring command line,$(origin $(name))),'$(name)=$(subst ','\'',$($(name)))'))
run = @$(PYTHON) bootstrap.py $@ $(given)

.PHONY: help setup demo test check fix bench load migrate openapi docs

help:     ## show this list
	$(run)
setup:    ## make .venv, install packages, build the pages, find or install the servers
	$(run)
demo:     ## a living city until Ctrl-C: PORT=8080 COURIERS=60 CITY=map.osm.pbf SPEED=10 SEED=1 RESET=1
	$(run)
test:     ## run the tests: ARGS='tests/geo -k cells'
	$(run)
check:    ## format, lint, types, imports, dead code, pages
	$(run)
fix:      ## repair what the checks can repair by themselves
	$(run)
bench:    ## fixed work, timed: ARGS=...
	$(run)
load:     ## many people at once, timed: ARGS='--users 100 --seconds 60 [--url http://...]'
	$(run)
migrate:  ## bring the database's tables up to date; NAME='what changes' drafts a migration
	$(run)
openapi:  ## write docs/api/openapi.json
	$(run)
docs:     ## write the generated pages of docs/
	$(run)
