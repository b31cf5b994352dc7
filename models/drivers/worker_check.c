#include "models/drivers/worker_check.h"

#include <math.h>

#include "base/hash.h"
#include "base/io/audio.h"
#include "base/io/file.h"
#include "base/io/midi.h"
#include "base/io/temp_folder.h"
#include "base/mem.h"
#include "metrics/adherence/attributes_json.h"
#include "models/drivers/channel.h"
#include "models/pieces/corpus.h"
#include "models/drivers/output.h"
#include "models/drivers/process.h"

struct check {
    struct attune_check_report *report;
    struct attune_channel *channel;
    double timeout_s;
    char folder[ATTUNE_TEMP_FOLDER_SIZE];
    unsigned n_requests;
};

/* Adds a step; returns whether the check goes on. */
static bool step(struct check *c, const char *name, enum attune_check_outcome outcome,
                 const char *detail)
{
    struct attune_check_step *s = &c->report->steps[c->report->n_steps++];
    *s = (struct attune_check_step){.name = name, .outcome = outcome};
    snprintf(s->detail, sizeof s->detail, "%.*s", (int)sizeof s->detail - 1, detail);
    return outcome != ATTUNE_CHECK_FAILED;
}

static bool step_code(struct check *c, const char *name, enum attune_code code,
                      const struct attune_err *err)
{
    return step(c, name, code == ATTUNE_OK ? ATTUNE_CHECK_PASSED : ATTUNE_CHECK_FAILED,
                code == ATTUNE_OK ? "" : err->message);
}

static struct attune_prompt full_prompt(void)
{
    return (struct attune_prompt){
        .id = (char *)"check-1",
        .text = (char *)"A calm piano waltz in A minor at 90 BPM",
        .attributes = {.has_key = true,
                       .tonic = 9,
                       .mode = ATTUNE_MINOR,
                       .has_tempo = true,
                       .tempo_bpm = 90,
                       .has_time_signature = true,
                       .numerator = 3,
                       .denominator = 4,
                       .has_bars = true,
                       .n_bars = 8,
                       .n_chords = 4,
                       .chords = {{9, ATTUNE_CHORD_MIN},
                                  {5, ATTUNE_CHORD_MAJ},
                                  {0, ATTUNE_CHORD_MAJ},
                                  {7, ATTUNE_CHORD_MAJ}},
                       .n_instruments = 1,
                       .instruments = {"piano"}},
    };
}

/* Asks for one sample in a folder of its own; path (4096) receives it. */
static enum attune_code ask_sample(struct check *c, const struct attune_prompt *prompt,
                                   unsigned seed, char *path, struct attune_err *err)
{
    struct attune_buf members = ATTUNE_BUF_INIT;
    json_t *answer = NULL;
    char out[ATTUNE_TEMP_FOLDER_SIZE + 32];
    snprintf(out, sizeof out, "%s/%u", c->folder, c->n_requests++);
    enum attune_code code = attune_dir_make(out, err);
    if (code == ATTUNE_OK) {
        snprintf(out + strlen(out), sizeof out - strlen(out), "/sample");
        attune_buf_add(&members, "\"prompt\": ");
        attune_prompt_json(&members, prompt);
        attune_buf_addf(&members, ", \"seed\": %u, \"out\": ", seed);
        attune_buf_add_json(&members, out);
        code = attune_channel_ask(c->channel, attune_buf_text(&members), c->timeout_s, NULL,
                                  &answer, NULL, err);
    }
    const char *got = json_string_value(json_object_get(answer, "path"));
    if (code == ATTUNE_OK) {
        code = got ? attune_output_check(out, got, err)
                   : attune_fail(err, ATTUNE_E_CHILD, "an answer without a path");
    }
    if (code == ATTUNE_OK) {
        snprintf(path, 4096, "%s", got);
    }
    json_decref(answer);
    attune_buf_release(&members);
    return code;
}

static bool is_music(const char *path)
{
    char *bytes = NULL;
    size_t n_bytes = 0;
    bool midi = attune_file_read(path, 64 << 20, &bytes, &n_bytes, NULL) == ATTUNE_OK &&
                attune_midi_sniff(bytes, n_bytes);
    attune_release(bytes);
    return midi || attune_audio_sniff(path);
}

static bool same_content(const char *a, const char *b)
{
    char hash_a[ATTUNE_HASH_SIZE], hash_b[ATTUNE_HASH_SIZE];
    return attune_hash_file(a, hash_a, NULL) == ATTUNE_OK &&
           attune_hash_file(b, hash_b, NULL) == ATTUNE_OK && strcmp(hash_a, hash_b) == 0;
}

static void check_generator(struct check *c)
{
    static char first[4096], other[4096];
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_prompt prompt = full_prompt();
    struct attune_prompt hostile = {
        .id = (char *)"../check 2",
        .text = (char *)"\"quotes\", $(sub), \\ and \xe9\x9f\xb3\xe6\xa5\xbd\n"};
    enum attune_code code = ask_sample(c, &prompt, 1, first, &err);
    if (!step_code(c, "answers a request with its id and a file inside the sample's folder", code,
                   &err) ||
        !step(c, "the file is MIDI or audio by its content",
              is_music(first) ? ATTUNE_CHECK_PASSED : ATTUNE_CHECK_FAILED, first)) {
        return;
    }
    code = ask_sample(c, &prompt, 1, other, &err);
    if (!step_code(c, "answers a second request", code, &err)) {
        return;
    }
    bool same = same_content(first, other);
    step(c, "the same prompt and seed give the same bytes",
         same ? ATTUNE_CHECK_PASSED : ATTUNE_CHECK_WARNING,
         same ? "" : "the two files differ: runs can't be repeated");
    code = ask_sample(c, &prompt, 2, other, &err);
    if (!step_code(c, "answers another seed", code, &err)) {
        return;
    }
    same = same_content(first, other);
    step(c, "another seed gives another sample", same ? ATTUNE_CHECK_WARNING : ATTUNE_CHECK_PASSED,
         same ? "the files are equal: several seeds tell nothing" : "");
    code = ask_sample(c, &hostile, 1, other, &err);
    step_code(c, "takes quotes, newlines, UTF-8 and a prompt without attributes", code, &err);
}

static enum attune_code write_piece(struct check *c, char *path, size_t size,
                                    struct attune_err *err)
{
    struct attune_piece piece;
    char out[ATTUNE_TEMP_FOLDER_SIZE + 32];
    attune_corpus_piece(&piece, 1, 1);
    snprintf(out, sizeof out, "%s/piece", c->folder);
    return attune_piece_write(&piece, out, path, size, err);
}

/* Four seconds of an A minor triad. */
static enum attune_code write_sound(struct check *c, char *path, size_t size,
                                    struct attune_err *err)
{
    enum { RATE_HZ = 44100, N = 4 * RATE_HZ };
    static const double triad_hz[] = {220.0, 261.626, 329.628};
    float *samples = attune_alloc(N, sizeof *samples);
    if (!samples) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < N; i++) {
        double sum = 0.0;
        for (size_t k = 0; k < 3; k++) {
            sum += 0.2 * sin(6.283185307179586 * triad_hz[k] * (double)i / RATE_HZ);
        }
        samples[i] = (float)sum;
    }
    snprintf(path, size, "%s/sound.wav", c->folder);
    enum attune_code code =
        attune_audio_write(path, ATTUNE_WAV_PCM16, samples, N, 1, RATE_HZ, err);
    attune_release(samples);
    return code;
}

static enum attune_code ask_scores(struct check *c, const char *path, json_t **answer,
                                   struct attune_err *err)
{
    struct attune_prompt prompt = full_prompt();
    struct attune_buf members = ATTUNE_BUF_INIT;
    attune_buf_add(&members, "\"path\": ");
    attune_buf_add_json(&members, path);
    attune_buf_add(&members, ", \"prompt\": ");
    attune_prompt_json(&members, &prompt);
    enum attune_code code = attune_channel_ask(c->channel, attune_buf_text(&members), c->timeout_s,
                                               NULL, answer, NULL, err);
    attune_buf_release(&members);
    return code;
}

static bool are_numbers(const json_t *scores)
{
    bool numbers = json_is_object(scores) && json_object_size(scores) > 0;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)scores, name, value)
    {
        numbers = numbers && json_is_number(value);
    }
    return numbers;
}

/* Sound first: most scorers hear. One of sound and notes is enough. */
static void check_scorer(struct check *c)
{
    struct attune_err err = ATTUNE_ERR_INIT, sound_err = ATTUNE_ERR_INIT,
                      notes_err = ATTUNE_ERR_INIT;
    char sound[ATTUNE_TEMP_FOLDER_SIZE + 64], notes[sizeof sound], detail[480] = "";
    json_t *first = NULL, *second = NULL, *other = NULL;
    enum attune_code code = write_sound(c, sound, sizeof sound, &err);
    code = code ? code : write_piece(c, notes, sizeof notes, &err);
    if (code != ATTUNE_OK) {
        step_code(c, "files to score can be written", code, &err);
        return;
    }
    const bool hears = ask_scores(c, sound, &first, &sound_err) == ATTUNE_OK;
    const bool reads = ask_scores(c, notes, hears ? &other : &first, &notes_err) == ATTUNE_OK;
    code = hears || reads ? ask_scores(c, hears ? sound : notes, &second, &err)
                          : attune_fail(&err, ATTUNE_E_CHILD, "%s", sound_err.message);
    if (step_code(c, "answers requests with their ids", code, &err)) {
        const json_t *scores = json_object_get(first, "scores");
        const bool numbers = are_numbers(scores);
        if (step(c, "gives scores, each a number",
                 numbers ? ATTUNE_CHECK_PASSED : ATTUNE_CHECK_FAILED,
                 numbers ? "" : "\"scores\" is not an object of numbers")) {
            const bool same = json_equal(scores, json_object_get(second, "scores"));
            step(c, "the same file gets the same scores",
                 same ? ATTUNE_CHECK_PASSED : ATTUNE_CHECK_WARNING, "");
            if (!hears || !reads) {
                snprintf(detail, sizeof detail, "no %s: %.400s", hears ? "MIDI" : "sound",
                         hears ? notes_err.message : sound_err.message);
            }
            step(c, "takes sound and MIDI",
                 hears && reads ? ATTUNE_CHECK_PASSED : ATTUNE_CHECK_WARNING, detail);
        }
    }
    json_decref(first);
    json_decref(second);
    json_decref(other);
}

enum attune_code attune_worker_check(struct attune_check_report *report, const char *role,
                                     const char *const *argv, const char *folder, double timeout_s,
                                     struct attune_err *err)
{
    *report = (struct attune_check_report){0};
    struct check c = {.report = report, .timeout_s = timeout_s};
    struct attune_err found = ATTUNE_ERR_INIT;
    char program[4096] = "";
    bool exists = argv[0] && attune_program_find(argv[0], folder, program, sizeof program);
    if (!step(&c, "the program exists", exists ? ATTUNE_CHECK_PASSED : ATTUNE_CHECK_FAILED,
              exists ? program : argv[0] ? argv[0] : "an empty command")) {
        return ATTUNE_OK;
    }
    enum attune_code code = attune_temp_folder_make(c.folder, "check", err);
    if (code) {
        return code;
    }
    c.channel = attune_channel_new(&(struct attune_channel_spec){.name = argv[0],
                                                                 .argv = argv,
                                                                 .folder = folder,
                                                                 .role = role,
                                                                 .start_timeout_s = timeout_s});
    if (!c.channel) {
        attune_temp_folder_remove(c.folder);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    code = attune_channel_start(c.channel, NULL, &found);
    if (step_code(&c, "starts and answers the greeting with {\"ready\": true, ...}", code,
                  &found)) {
        bool named =
            *attune_channel_worker_name(c.channel) && *attune_channel_worker_version(c.channel);
        step(&c, "gives its name and version", named ? ATTUNE_CHECK_PASSED : ATTUNE_CHECK_WARNING,
             named ? "" : "results will not say which program made them");
        if (strcmp(role, "scorer") == 0) {
            check_scorer(&c);
        } else {
            check_generator(&c);
        }
    }
    attune_channel_free(c.channel);
    attune_temp_folder_remove(c.folder);
    return ATTUNE_OK;
}

void attune_argv_release(char **argv)
{
    for (size_t i = 0; argv && argv[i]; i++) {
        attune_release(argv[i]);
    }
    attune_release(argv);
}

/* One argument from *text into word; false at the end of the text. */
static bool next_word(const char **text, struct attune_buf *word, bool *open_quote)
{
    const char *t = *text + strspn(*text, " \t\n");
    char quote = '\0';
    bool any = *t != '\0';
    attune_buf_reset(word);
    for (; *t && (quote || !strchr(" \t\n", *t)); t++) {
        if (quote ? *t == quote : *t == '\'' || *t == '"') {
            quote = quote ? '\0' : *t;
        } else {
            t += *t == '\\' && quote != '\'' && t[1];
            attune_buf_add_bytes(word, t, 1);
        }
    }
    *text = t;
    *open_quote = *open_quote || quote != '\0';
    return any;
}

enum attune_code attune_argv_split(const char *command, char ***argv, struct attune_err *err)
{
    struct attune_buf word = ATTUNE_BUF_INIT;
    size_t n = 0, most = strlen(command) / 2 + 2;
    bool open_quote = false;
    enum attune_code code = ATTUNE_OK;
    char **words = attune_alloc(most, sizeof *words);
    while (words && !word.failed && next_word(&command, &word, &open_quote)) {
        words[n] = attune_strdup(attune_buf_text(&word));
        word.failed = word.failed || !words[n];
        n++;
    }
    if (!words || word.failed) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    } else if (open_quote) {
        code = attune_fail(err, ATTUNE_E_USAGE, "a quote is never closed in the command");
    } else if (n == 0) {
        code = attune_fail(err, ATTUNE_E_USAGE, "the command is empty");
    }
    attune_buf_release(&word);
    if (code != ATTUNE_OK) {
        attune_argv_release(words);
        return code;
    }
    *argv = words;
    return ATTUNE_OK;
}
