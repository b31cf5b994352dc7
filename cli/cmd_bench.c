/* attune bench: how fast this build measures on this machine, stage by stage, against the floor.
 *
 * Audio: a 30 s stereo WAV at 44.1 kHz (a composed piece, rendered where there is a sound font),
 * read and evaluated with every metric on one core. The floor is the bare transforms: as many FFTs
 * of the same sizes. MIDI: composed pieces, or a folder (--files), read and evaluated on one core.
 * Reward: an epoch of training a perceptron on embeddings; the floor is its bare matrix products.
 * Sets: distances of two sets of 10,000 rows; the floor is the bare products, exponentials and
 * factorisations. Each figure is the minimum over several runs. */
#include "base/fft.h"
#include "base/io/file.h"
#include "base/io/temp_folder.h"
#include "cli/bench.h"
#include "cli/command.h"

struct options {
    const char *format, *files;
    uint64_t runs;
};

static const struct attune_opt options_table[] = {
    {"format", ATTUNE_OPT_CHOICE, offsetof(struct options, format), .choices = "table|json",
     .help = "table or json (default: table)"},
    {"files", ATTUNE_OPT_TEXT, offsetof(struct options, files), .metavar = "DIR",
     .help = "MIDI files to measure with (default: 100 composed pieces)"},
    {"runs", ATTUNE_OPT_COUNT, offsetof(struct options, runs), .metavar = "N", .lo = 1, .hi = 1000,
     .help = "runs of which the fastest counts (default: 5)"},
    {NULL},
};

static const struct options defaults = {.format = "table", .runs = 5};

static void print_stages_json(struct attune_buf *out, const struct attune_bench_stages *stages)
{
    for (size_t i = 0; i < stages->n; i++) {
        attune_buf_add(out, i ? ", " : "");
        attune_buf_add_json(out, stages->item[i].name);
        attune_buf_add(out, ": ");
        attune_buf_add_double(out, stages->item[i].s);
    }
}

static double kernel_ratio(const struct attune_bench_stages *sets)
{
    return attune_bench_seconds(sets, "kernel, n = 10000, d = 512") /
           (attune_bench_seconds(sets, "kernel floor: products") +
            attune_bench_seconds(sets, "kernel floor: exponentials"));
}

static double frechet_ratio(const struct attune_bench_stages *sets)
{
    return attune_bench_seconds(sets, "Frechet, n = 10000, d = 512") /
           attune_bench_seconds(sets, "Frechet floor: bare calls");
}

static double wide_frechet_ratio(const struct attune_bench_stages *sets)
{
    return attune_bench_seconds(sets, "Frechet, n = 2500, d = 2048") /
           attune_bench_seconds(sets, "Frechet floor: d = 2048");
}

static double reward_ratio(const struct attune_bench_stages *reward)
{
    return attune_bench_seconds(reward, "one epoch") /
           attune_bench_seconds(reward, "bare products");
}

static void print_json(struct attune_buf *out, const struct attune_bench_stages *audio,
                       const struct attune_bench_midi *midi,
                       const struct attune_bench_stages *reward,
                       const struct attune_bench_stages *sets)
{
    const double total = attune_bench_seconds(audio, "total");
    attune_buf_addf(out, "{\"audio\": {\"clip_s\": %d, \"times_real_time\": ", ATTUNE_BENCH_CLIP_S);
    attune_buf_add_double(out, ATTUNE_BENCH_CLIP_S / total);
    attune_buf_add(out, ", \"ratio_to_bare_transforms\": ");
    attune_buf_add_double(out, total / attune_bench_seconds(audio, "bare transforms"));
    attune_buf_add(out, ", \"seconds\": {");
    print_stages_json(out, audio);
    attune_buf_addf(out, "}},\n \"midi\": {\"files\": %zu, \"notes\": %zu, \"seconds\": {",
                    midi->n_files, midi->n_notes);
    print_stages_json(out, &midi->stages);
    attune_buf_addf(out, "}},\n \"reward\": {\"pairs\": %d, \"ratio_to_bare_products\": ",
                    ATTUNE_BENCH_PAIRS);
    attune_buf_add_double(out, reward_ratio(reward));
    attune_buf_add(out, ", \"seconds\": {");
    print_stages_json(out, reward);
    attune_buf_add(out, "}},\n \"sets\": {\"kernel_ratio_to_floor\": ");
    attune_buf_add_double(out, kernel_ratio(sets));
    attune_buf_add(out, ", \"frechet_ratio_to_floor\": ");
    attune_buf_add_double(out, frechet_ratio(sets));
    attune_buf_add(out, ", \"wide_frechet_ratio_to_floor\": ");
    attune_buf_add_double(out, wide_frechet_ratio(sets));
    attune_buf_add(out, ", \"seconds\": {");
    print_stages_json(out, sets);
    attune_buf_add(out, "}}}\n");
}

static void print_table(struct attune_buf *out, const struct attune_bench_stages *audio,
                        const struct attune_bench_midi *midi,
                        const struct attune_bench_stages *reward,
                        const struct attune_bench_stages *sets)
{
    if (audio->n) {
        const double total = attune_bench_seconds(audio, "total");
        attune_buf_addf(out, "audio: %d s, 44.1 kHz stereo WAV, every metric, one core\n",
                        ATTUNE_BENCH_CLIP_S);
        for (size_t i = 0; i < audio->n; i++) {
            attune_buf_addf(out, "  %-24s %9.2f ms\n", audio->item[i].name, 1e3 * audio->item[i].s);
        }
        attune_buf_addf(out, "  %.0f times real time; %.1f times the bare transforms (%s)\n\n",
                        ATTUNE_BENCH_CLIP_S / total,
                        total / attune_bench_seconds(audio, "bare transforms"),
                        attune_fft_backend());
    }
    attune_buf_addf(out, "MIDI: %zu files, %zu notes, one core\n", midi->n_files, midi->n_notes);
    for (size_t i = 0; i < midi->stages.n; i++) {
        const double s = midi->stages.item[i].s;
        attune_buf_addf(out, "  %-24s %9.2f ms %9.0f files/s %11.0f notes/s\n",
                        midi->stages.item[i].name, 1e3 * s, (double)midi->n_files / s,
                        (double)midi->n_notes / s);
    }
    attune_buf_addf(out, "\nreward: a head 2048-1024-512-256-128-1, %d pairs, one core\n",
                    ATTUNE_BENCH_PAIRS);
    for (size_t i = 0; i < reward->n; i++) {
        attune_buf_addf(out, "  %-24s %9.2f ms\n", reward->item[i].name, 1e3 * reward->item[i].s);
    }
    attune_buf_addf(out, "  %.1f times the bare matrix products\n", reward_ratio(reward));
    attune_buf_add(out, "\nsets: two of them, uniform noise, one core\n");
    for (size_t i = 0; i < sets->n; i++) {
        attune_buf_addf(out, "  %-32s %9.2f ms\n", sets->item[i].name, 1e3 * sets->item[i].s);
    }
    attune_buf_addf(out, "  kernel %.1f, Frechet %.1f (wide %.1f) times the bare library calls\n",
                    kernel_ratio(sets), frechet_ratio(sets), wide_frechet_ratio(sets));
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    struct attune_bench_stages audio = {.n = 0}, reward = {.n = 0}, sets = {.n = 0};
    struct attune_bench_midi midi = {.n_files = 0};
    char folder[ATTUNE_TEMP_FOLDER_SIZE], pieces[ATTUNE_TEMP_FOLDER_SIZE + 16];
    enum attune_code code = attune_temp_folder_make(folder, "bench", err);
    if (code) {
        return code;
    }
    snprintf(pieces, sizeof pieces, "%s/pieces", folder);
    code = attune_bench_audio(folder, o->runs, &audio, err);
    if (code == ATTUNE_E_MISSING) {
        fprintf(stderr, "attune: audio left out: %s\n", err->message);
        audio.n = 0;
        code = ATTUNE_OK;
    }
    if (!code) {
        code = attune_dir_make(pieces, err);
    }
    if (!code) {
        code = attune_bench_midi(pieces, o->files, o->runs, &midi, err);
    }
    if (!code) {
        code = attune_bench_reward(o->runs, &reward, err);
    }
    if (!code) {
        code = attune_bench_sets(o->runs < 2 ? o->runs : 2, &sets, err); /* seconds each */
    }
    if (!code) {
        struct attune_buf out = ATTUNE_BUF_INIT;
        if (strcmp(o->format, "json") == 0) {
            print_json(&out, &audio, &midi, &reward, &sets);
        } else {
            print_table(&out, &audio, &midi, &reward, &sets);
        }
        fputs(attune_buf_text(&out), stdout);
        attune_buf_release(&out);
    }
    attune_temp_folder_remove(folder);
    return code;
}

const struct attune_command attune_command_bench = {
    .name = "bench",
    .summary = "measure the speed of this build on this machine",
    .details =
        "Every figure is the fastest of several runs on one core. The floor for audio is the bare\n"
        "transforms: as many FFTs of the same sizes, with nothing around them; for training a\n"
        "reward head it is the bare matrix products.",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .min_args = 0,
    .max_args = 0,
    .run = run,
};
