# Milepost. `make demo` needs Node.js 20+ and npm; `make test` sets up the rest (toolchain/setup says what).

SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help apps audit check demo docs gateway localnet screens setup build test test-all bench soak lint format format-check typecheck artifact lock package package-check deploy clean node

NPM_RUN := npm run --silent
# Where npm notes what it installed; older than the lock file means out of date.
INSTALLED := node_modules/.package-lock.json
SDK_BUILT := sdk/dist/index.js
SDK_SOURCES := $(shell find sdk/src -type f 2>/dev/null) sdk/package.json sdk/tsup.config.ts sdk/tsconfig.json
PAGE_BUILT := app/dist/index.html
PAGE_SOURCES := $(shell find app/src app/public react/src gateway/src/client -type f 2>/dev/null) app/index.html app/package.json app/vite.config.mts

help: ## what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

node:
	@command -v npm >/dev/null 2>&1 && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null || \
	  { echo "Node.js 20 or newer with npm is needed; found: $$(node --version 2>/dev/null || echo none)" >&2; exit 1; }

$(INSTALLED): package-lock.json | node
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(SDK_BUILT): $(INSTALLED) $(SDK_SOURCES)
	$(NPM_RUN) build
	@touch $@

$(PAGE_BUILT): $(SDK_BUILT) $(PAGE_SOURCES)
	$(NPM_RUN) build --workspace app
	@touch $@

demo: $(SDK_BUILT) ## play a freelance project against the committed program, in this process
	@$(NPM_RUN) demo

localnet: $(SDK_BUILT) ## a chain on this machine with Milepost, test tokens and funded keys; PORT=9000 and RESET=1 are understood
	@$(NPM_RUN) localnet -- --ledger $(CURDIR)/.milepost-localnet $(if $(PORT),--port $(PORT)) $(if $(RESET),--reset)

gateway: $(SDK_BUILT) $(PAGE_BUILT) ## the HTTP gateway's sandbox: chain, gateway, page, keeper and database in one process; PORT=9000 and RESET=1 are understood
	@$(NPM_RUN) gateway -- sandbox --data-dir $(CURDIR)/.milepost-gateway $(if $(PORT),--port $(PORT)) $(if $(RESET),--reset)

screens: $(SDK_BUILT) ## render every screen of the page into docs/screens, light and dark, wide and narrow
	@$(NPM_RUN) screens --workspace app

setup: node ## install what building the program from source takes; says what and why
	@toolchain/setup

build: setup $(SDK_BUILT) ## build the program, its IDL and the SDK from source
	@toolchain/build
	@toolchain/idl

test: $(INSTALLED) ## build everything from source, check the artifacts, run the suites on the embedded database
	@toolchain/setup --tests
	@toolchain/test

test-all: $(INSTALLED) ## what `make test` does, with PostgreSQL and the page in Chromium, as CI does
	@toolchain/setup --tests
	@toolchain/test --all

apps: $(SDK_BUILT) ## build the example apps with the packed packages and run them, pages in Chromium
	@toolchain/setup --tests
	@toolchain/apps
	@$(NPM_RUN) test:apps

docs: $(SDK_BUILT) ## typed reference of the packages, into target/reference; fails where an export is not documented
	@$(NPM_RUN) docs

soak: $(SDK_BUILT) ## three keepers, one killed every few seconds, on 40,000 milestones; ten minutes, needs PostgreSQL
	@$(NPM_RUN) soak

check: $(SDK_BUILT) ## the quick loop: types, lint, imports, audit, host tests, SDK, and LiteSVM without the long random runs
	@toolchain/check

audit: $(INSTALLED) ## check every dependency in the lock files: source, checksum, license, install scripts
	@toolchain/audit

bench: $(INSTALLED) ## compute units of every instruction, on both runtimes
	@$(NPM_RUN) bench

lint: $(SDK_BUILT) ## ESLint and Clippy
	$(NPM_RUN) lint
	@toolchain/rust-lint

typecheck: $(SDK_BUILT) ## TypeScript types of tests, examples, migrations and packages
	$(NPM_RUN) typecheck

format: $(INSTALLED) ## format everything
	$(NPM_RUN) format
	@toolchain/rust-format

format-check: $(INSTALLED) ## fail where `make format` would change something
	$(NPM_RUN) format:check
	@toolchain/rust-format --check

artifact: setup $(INSTALLED) ## put this build into artifacts/ and regenerate the SDK's types
	@toolchain/update-artifact

lock: node ## write package-lock.json after a change of dependencies, for every platform
	npm install --package-lock-only --no-audit --no-fund --loglevel=error
	@node toolchain/complete-lock.mjs
	@toolchain/apps --lock

package: $(SDK_BUILT) ## pack SDK, localnet, keeper, gateway, react and kit as npm would publish them, into target/
	@mkdir -p target
	@rm -f target/milepost-*.tgz
	npm pack --workspace sdk --workspace localnet --workspace keeper --workspace gateway --workspace react --workspace kit --pack-destination target

package-check: package ## pack them, and check exports and types as npm's users will see them
	@toolchain/check-packages target/milepost-*.tgz

deploy: $(SDK_BUILT) ## set up config and gateway on the cluster that RPC_URL names
	@$(NPM_RUN) deploy:milepost

clean: ## remove everything that was built
	rm -rf target {sdk,localnet,keeper,gateway,react,kit,app}/dist node_modules {sdk,localnet,database,keeper,gateway,react,kit,app,tests/react-18}/node_modules \
	  examples/apps/node_modules examples/apps/*/dist examples/apps/*/.next
