# Build rules for bare-metal s390x guests. Included by a Makefile that names its programs.
# Equal sources give equal bytes: no build id, no dates, no directory names.

CROSS	?= s390x-linux-gnu-
CC	:= $(CROSS)gcc
FIRMWARE := $(dir $(lastword $(MAKEFILE_LIST)))
OBJ	?= build/obj

# -Wno-clobbered: EXPECT_PGM returns twice, and what its statements left is used only when they came to their end.
CFLAGS	:= -march=z10 -msoft-float -ffreestanding -O2 -g -std=gnu11 -fno-pie -fno-stack-protector \
	   -fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns -fno-common -fno-ident \
	   -ffile-prefix-map=$(abspath $(FIRMWARE)..)=. \
	   -Wall -Wextra -Werror -Wno-clobbered -Wstrict-prototypes -Wmissing-prototypes \
	   -I$(FIRMWARE)
ASFLAGS	:= -march=z10 -g -ffile-prefix-map=$(abspath $(FIRMWARE)..)=. -I$(FIRMWARE)
LDFLAGS	:= -nostdlib -static -no-pie -Wl,--build-id=none,--fatal-warnings,--no-warn-rwx-segments \
	   -Wl,-z,noexecstack,-z,max-page-size=4096 \
	   -T $(FIRMWARE)link.ld

FW_OBJS	:= $(OBJ)/firmware/start.o \
	   $(patsubst $(FIRMWARE)%.c,$(OBJ)/firmware/%.o,$(sort $(wildcard $(FIRMWARE)*.c)))

# Absolute source names, so that the prefix map makes the debugging information independent of where the tree lies.
$(OBJ)/firmware/%.o: $(FIRMWARE)%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -c -o $@ $(abspath $<)

$(OBJ)/firmware/%.o: $(FIRMWARE)%.S
	@mkdir -p $(@D)
	$(CC) $(ASFLAGS) -MMD -c -o $@ $(abspath $<)

-include $(FW_OBJS:.o=.d)
