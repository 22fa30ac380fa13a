/*
 * Decides whether and how the plugin counts in the emulator that loads it, from its arguments.
 * Counting is left to by_block.c and by_instruction.c, the file to region.c.
 */
#include "plugin.h"

#include <string.h>

#include "by_block.h"
#include "by_instruction.h"
#include "memory.h"
#include "pipeline.h"
#include "profile.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_API;

struct arguments arguments;
struct cost_table table;
struct region region;

static void translate(struct qemu_plugin_tb *tb) {
    if (arguments.decoder != DECODER_NONE) {
        by_block_translate(tb);
    } else {
        by_instruction_translate(tb);
    }
}

static FILE *profile;

static void finish(void) {
    region_abandon(&region);
    fclose(region.file);
    if (profile != NULL) {
        profile_write(profile, region.has_classes, region.model);
        fclose(profile);
    }
}

#if QEMU_PLUGIN_API >= 7
static void on_translate(struct qemu_plugin_tb *tb, void *userdata) {
    (void)userdata;
    translate(tb);
}

static void on_exit(void *userdata) {
    (void)userdata;
    finish();
}

static void register_callbacks(qemu_plugin_id_t id) {
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate, NULL);
    qemu_plugin_register_atexit_cb(id, on_exit, NULL);
}
#else
static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
    (void)id;
    translate(tb);
}

static void on_exit(qemu_plugin_id_t id, void *userdata) {
    (void)id;
    (void)userdata;
    finish();
}

static void register_callbacks(qemu_plugin_id_t id) {
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    qemu_plugin_register_atexit_cb(id, on_exit, NULL);
}
#endif

/* The emulator that each decoder is for. */
static const char *const targets[] = {
    [DECODER_THUMB] = "arm",
    [DECODER_RISCV] = "riscv32",
    [DECODER_XTENSA] = "xtensa",
};

/* A table is charged by instructions, which have to be decoded first. */
static int read_table(void) {
    char problem[96];
    if (arguments.table == NULL) {
        return 0;
    }
    if (arguments.decoder == DECODER_NONE) {
        return arguments_refuse(arguments.table, "cycles need decode=");
    }
    region.model = rules_model_of(arguments.table);
    int result = region.model == RULES_SCOREBOARD
                     ? pipeline_read(arguments.table, arguments.varied, problem, sizeof problem)
                     : cost_read(&table, arguments.table, arguments.varied, problem,
                                 sizeof problem);
    if (result != 0) {
        return arguments_refuse(arguments.table, problem);
    }
    return 0;
}

static int read_memory(void) {
    char problem[96];
    if (arguments.memory != NULL &&
        memory_read(arguments.memory, problem, sizeof problem) != 0) {
        return arguments_refuse(arguments.memory, problem);
    }
    return 0;
}

static int open_profile(void) {
    char problem[96];
    if (arguments.profile == NULL) {
        return 0;
    }
    if (profile_read(arguments.places, (unsigned)arguments.spans, region.model, problem,
                     sizeof problem) != 0) {
        return arguments_refuse(arguments.places, problem);
    }
    profile = fopen(arguments.profile, "w");
    return profile != NULL ? 0 : arguments_refuse(arguments.profile, "cannot be written");
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                                           char **argv) {
    if (arguments_read(&arguments, argc, argv) != 0) {
        return -1;
    }
    if (!info->system_emulation) {
        return arguments_refuse(info->target_name, "only whole machines are counted");
    }
    const char *target = targets[arguments.decoder];
    if (target != NULL && strcmp(info->target_name, target) != 0) {
        return arguments_refuse(info->target_name, "decode= is for another emulator");
    }
    if (info->system.max_vcpus != 1) {
        return arguments_refuse("machine", "it has more than one processor");
    }
    if (read_table() != 0 || read_memory() != 0 || open_profile() != 0) {
        return -1;
    }
    region.has_classes = arguments.decoder != DECODER_NONE;
    region.file = fopen(arguments.out, "w");
    if (region.file == NULL) {
        return arguments_refuse(arguments.out, "cannot be written");
    }
    register_callbacks(id);
    return 0;
}
