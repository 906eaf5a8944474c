# make setup    install what is missing of the s390x tools (Debian packages; asks for sudo when not root)
# make build    the tool to bin/s390sim, the samples to samples/build
# make run      rpcit-map as a guest of the modelled KVM: its console, the way of one RPCIT, the totals
# make test     all tests; the last line is "N passed, N failed"
# make test-bfp binary floating point against QEMU and against its own reference: 10 million random cases each
# make docs     the documents that the tool writes: docs/isa.md, docs/cpu-models.md
# make test-differential    three million instructions on this processor and on QEMU, compared; prints totals
# make bench    micro-benchmarks, compute-bound programs beside QEMU and Hercules, RPCIT, virtio-blk and nvme beside QEMU
# make format   bring the sources into shape;  make check-format only says what is not
# make clean    remove everything that was built

CONFIGURATION ?= Release
PACKAGES := binutils-s390x-linux-gnu gcc-s390x-linux-gnu qemu-system-misc qemu-user gdb-multiarch
TOOLS := s390x-linux-gnu-as s390x-linux-gnu-gcc qemu-system-s390x qemu-s390x gdb-multiarch
DOTNET := dotnet
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

all: build

help:
	@sed -n 's/^# \(make .*\)/  \1/p' Makefile

setup:
	@for tool in $(TOOLS); do command -v $$tool >/dev/null || missing="$$missing $$tool"; done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	echo "setup: missing:$$missing"; \
	if ! command -v apt-get >/dev/null; then \
		echo "setup: no apt here; install these yourself: s390x binutils and gcc, qemu for s390x (system and user), gdb for all targets" >&2; \
		exit 1; \
	fi; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	$$sudo apt-get install -y --no-install-recommends $(PACKAGES) || { $$sudo apt-get update && $$sudo apt-get install -y --no-install-recommends $(PACKAGES); }

build: tool samples

tool:
	$(DOTNET) publish src/S390Sim.Cli -c Release -r linux-x64 -p:PublishReadyToRun=true -o bin -v q -m:2

samples: setup
	@$(MAKE) --no-print-directory -s -C samples

run: build
	bin/s390sim run samples/build/rpcit-map.elf --kvm=lent --device edu --show-rpcit=3 --stats

test: setup samples
	@.ci/test $(CONFIGURATION)

test-bfp: setup
	S390SIM_BFP=10000000 $(DOTNET) test tests/S390Sim.Conformance -c $(CONFIGURATION) -v q --filter FullyQualifiedName~BfpAgainstQemu \
		--logger "console;verbosity=detailed"
	S390SIM_BFP=10000000 $(DOTNET) test tests/S390Sim.Cpu.Tests -c $(CONFIGURATION) -v q --filter FullyQualifiedName~HostArithmetic

docs:
	$(DOTNET) build src/S390Sim.Cli -c Release -v q
	$(DOTNET) run --project src/S390Sim.Cli -c Release --no-build -- isa --markdown > docs/isa.md
	$(DOTNET) run --project src/S390Sim.Cli -c Release --no-build -- cpus --markdown > docs/cpu-models.md
	S390SIM_WRITE_DOCS=1 $(DOTNET) test tests/S390Sim.Properties -c Release -v q --filter FullyQualifiedName~InvariantDocument

test-differential: setup
	@rm -f TestResults/differential.txt; mkdir -p TestResults; \
	S390SIM_EXECUTIONS=$${S390SIM_EXECUTIONS:-1100000} S390SIM_REPORT=$(CURDIR)/TestResults/differential.txt \
		$(DOTNET) test tests/S390Sim.Conformance -c $(CONFIGURATION) -v q --filter FullyQualifiedName~DifferentialTests; \
	status=$$?; cat TestResults/differential.txt; exit $$status

bench: build
	$(DOTNET) run --project tests/S390Sim.Benchmarks -c Release -- $(ARGS)
	$(DOTNET) run --project tests/S390Sim.Benchmarks -c Release --no-build -- peers $(CURDIR)/bin/s390sim $(CURDIR)/../shared/bench/mips
	$(DOTNET) run --project tests/S390Sim.Benchmarks -c Release --no-build -- refreshes $(CURDIR)/bin/s390sim $(CURDIR)
	$(DOTNET) run --project tests/S390Sim.Benchmarks -c Release --no-build -- disks $(CURDIR)/bin/s390sim $(CURDIR)

format:
	$(DOTNET) format S390Sim.sln

check-format:
	$(DOTNET) format S390Sim.sln --verify-no-changes

clean:
	rm -rf bin TestResults BenchmarkDotNet.Artifacts
	rm -rf src/*/bin src/*/obj tests/*/bin tests/*/obj
	@$(MAKE) --no-print-directory -s -C samples clean

.PHONY: all help setup build tool samples run test docs test-bfp bench format check-format clean
