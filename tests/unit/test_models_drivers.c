/* Outside models: samples, commands, workers, and everything that stand-ins can do wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io/file.h"
#include "base/mem.h"
#include "metrics/adherence/attributes_json.h"
#include "models/drivers/channel.h"
#include "models/generator.h"
#include "models/drivers/process.h"
#include "models/drivers/template.h"
#include "models/drivers/worker_check.h"
#include "tests/support/scratch.h"

#define WORKER ATTUNE_FIXTURES "/../tests/workers/misbehaving_worker.py"
#define PROPER ATTUNE_FIXTURES "/../tests/workers/proper_worker.py"
#define COMMAND ATTUNE_FIXTURES "/../tests/workers/misbehaving_command.py"

/* A request whose out lies in a fresh folder of its own. */
static struct attune_request request_for(const struct attune_prompt *prompt, uint64_t seed)
{
    static char out[256];
    static unsigned n;
    snprintf(out, sizeof out, "%s/%u", scratch_folder(), n++);
    assert_int_equal(mkdir(out, 0777), 0);
    size_t used = strlen(out);
    snprintf(out + used, sizeof out - used, "/sample");
    return (struct attune_request){.prompt = prompt, .seed = seed, .out = out};
}

static struct attune_prompt prompt_of(const char *id, const char *text)
{
    return (struct attune_prompt){.id = (char *)id, .text = (char *)text};
}

struct running {
    const struct attune_generator *generator;
    void *state;
};

static struct running open_model(const struct attune_model_spec *spec)
{
    struct running m = {0};
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_generator_for(spec, &m.generator, &err), ATTUNE_OK);
    if (m.generator->open(spec, &m.state, &err) != ATTUNE_OK) {
        fail_msg("%s", err.message);
    }
    return m;
}

static void samples_are_found_by_pattern(void **state)
{
    char path[128];
    snprintf(path, sizeof path, "%s/p1__s7.mid", scratch_folder());
    assert_int_equal(attune_file_write(path, "x", 1, NULL), ATTUNE_OK);
    struct attune_model_spec spec = {
        .name = "m", .samples = "{prompt}__s{seed}.mid", .folder = scratch_folder()};
    struct running m = open_model(&spec);
    struct attune_prompt prompt = prompt_of("p1", "t");
    struct attune_request request = request_for(&prompt, 7);
    struct attune_generation g;
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(m.generator->generate(m.state, &request, &g, &err), ATTUNE_OK);
    assert_string_equal(g.path, path);
    request.seed = 8;
    assert_int_equal(m.generator->generate(m.state, &request, &g, &err), ATTUNE_E_MISSING);
    assert_non_null(strstr(err.message, "p1__s8.mid"));
    m.generator->close(m.state);
}

static void unknown_keys_are_load_errors(void **state)
{
    static const char *const bad[] = {"gen", "{txet}", NULL}, *const open_brace[] = {"gen", "a{out",
                                                                                     NULL};
    struct attune_model_spec spec = {.name = "m", .command = bad};
    const struct attune_generator *g;
    struct attune_err err = ATTUNE_ERR_INIT;
    void *unused;
    assert_int_equal(attune_generator_for(&spec, &g, &err), ATTUNE_OK);
    assert_int_equal(g->open(&spec, &unused, &err), ATTUNE_E_INPUT);
    assert_non_null(strstr(err.message, "{txet}"));
    assert_non_null(strstr(err.hint, "{text}"));
    spec.command = open_brace;
    assert_int_equal(g->open(&spec, &unused, &err), ATTUNE_E_INPUT);
    spec = (struct attune_model_spec){.name = "m", .samples = "{text}.wav"};
    assert_int_equal(attune_generator_for(&spec, &g, &err), ATTUNE_OK);
    assert_int_equal(g->open(&spec, &unused, &err), ATTUNE_E_INPUT);
}

static void commands_get_their_keys_byte_for_byte(void **state)
{
    static const char *const argv[] = {
        "python3",
        COMMAND,
        "good",
        "{out}",
        "{text}",
        "seed={seed}",
        "{key}|{tempo_bpm}|{time_signature}",
        "{chords}",
        "{bars} {instruments} {duration}",
        "{{x}}",
        "{mood}",
        NULL,
    };
    static const char hostile[] = "$(touch /tmp/x); `id` \"q\" 'r' \\ {seed} %s \n\xe9\x9f\xb3";
    struct attune_model_spec spec = {.name = "m", .command = argv, .timeout_s = 20};
    struct running m = open_model(&spec);
    struct attune_prompt prompt = prompt_of("p", hostile);
    prompt.attributes = (struct attune_attributes){
        .has_key = true, .tonic = 6, .mode = ATTUNE_MINOR, .has_tempo = true, .tempo_bpm = 90,
        .has_time_signature = true, .numerator = 3, .denominator = 4, .has_bars = true, .n_bars = 8,
        .n_chords = 3, .chords = {{6, ATTUNE_CHORD_MIN7}, {11, ATTUNE_CHORD_HDIM7}, {-1, 0}},
        .n_instruments = 2, .instruments = {"piano", "oboe"},
    };
    struct attune_request request = request_for(&prompt, 3);
    struct attune_generation g;
    struct attune_err err = ATTUNE_ERR_INIT;
    if (m.generator->generate(m.state, &request, &g, &err) != ATTUNE_OK) {
        fail_msg("%s", err.message);
    }
    char *bytes = NULL;
    size_t n = 0;
    assert_int_equal(attune_file_read(g.path, 1 << 16, &bytes, &n, &err), ATTUNE_OK);
    char expected[512];
    snprintf(expected, sizeof expected, "%s\n%s", hostile,
             "seed=3\nF# minor|90|3/4\nF#m7 Bm7b5 N\n8 piano, oboe 16\n{x}\n");
    assert_string_equal(bytes, expected);
    attune_release(bytes);
    char hash[33];
    assert_int_equal(m.generator->fingerprint(m.state, hash, &err), ATTUNE_OK);
    assert_int_equal(strlen(hash), 32);
    m.generator->close(m.state);
}

static void commands_that_fail_say_why(void **state)
{
    static const struct { const char *mode; enum attune_code code; const char *says;
    } cases[] = {
        {"hang", ATTUNE_E_TIMEOUT, "stand-in: thinking"},
        {"crash", ATTUNE_E_CHILD, "exit code 7; stderr: stand-in: no memory"},
        {"flood", ATTUNE_E_CHILD, "printed more than"},
        {"several", ATTUNE_E_CHILD, "several files"},
        {"memory", ATTUNE_E_CHILD, "MemoryError"},
        {"empty", ATTUNE_E_CHILD, "is empty"},
        {"nothing", ATTUNE_E_CHILD, "wrote no file"},
        {"abort", ATTUNE_E_CHILD, "signal 6"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *argv[] = {"python3", COMMAND, cases[i].mode, "{out}", NULL};
        struct attune_model_spec spec = {.name = "m", .command = argv, .timeout_s = i == 0 ? 3 : 60,
                                         .limits.memory_bytes = 512u << 20};
        struct running m = open_model(&spec);
        struct attune_prompt prompt = prompt_of("p", "t");
        struct attune_request request = request_for(&prompt, 1);
        struct attune_generation g;
        struct attune_err err = ATTUNE_ERR_INIT;
        enum attune_code code = m.generator->generate(m.state, &request, &g, &err);
        if (code != cases[i].code || !strstr(err.message, cases[i].says)) {
            fail_msg("%s: code %d, '%s'", cases[i].mode, code, err.message);
        }
        m.generator->close(m.state);
    }
}

static void several_outputs_are_told_apart_by_the_promised_extension(void **state)
{
    static const char *const argv[] = {"python3", COMMAND, "several", "{out}", "{out}.mid", NULL};
    struct attune_model_spec spec = {.name = "m", .command = argv, .timeout_s = 20};
    struct running m = open_model(&spec);
    struct attune_prompt prompt = prompt_of("p", "t");
    struct attune_request request = request_for(&prompt, 1);
    struct attune_generation g;
    assert_int_equal(m.generator->generate(m.state, &request, &g, NULL), ATTUNE_OK);
    assert_string_equal(strrchr(g.path, '.'), ".mid");
    m.generator->close(m.state);
}

/* Processes whose arguments hold `mark`; those that have ended and wait to be reaped hold none. */
static size_t count_processes(const char *mark)
{
    size_t n = 0;
    DIR *proc = opendir("/proc");
    for (struct dirent *e = proc ? readdir(proc) : NULL; e; e = readdir(proc)) {
        char path[300], arguments[4096];
        snprintf(path, sizeof path, "/proc/%s/cmdline", e->d_name);
        FILE *file = e->d_name[0] >= '1' && e->d_name[0] <= '9' ? fopen(path, "r") : NULL;
        const size_t n_bytes = file ? fread(arguments, 1, sizeof arguments, file) : 0;
        n += memmem(arguments, n_bytes, mark, strlen(mark)) != NULL;
        if (file) {
            fclose(file);
        }
    }
    if (proc) {
        closedir(proc);
    }
    return n;
}

static void a_daemon_does_not_outlive_its_command(void **state)
{
    static const char *const argv[] = {"python3", COMMAND, "daemon", "{out}", NULL};
    struct attune_model_spec spec = {.name = "m", .command = argv, .timeout_s = 20};
    struct running m = open_model(&spec);
    struct attune_prompt prompt = prompt_of("p", "t");
    struct attune_request request = request_for(&prompt, 1);
    struct attune_generation g;
    assert_int_equal(m.generator->generate(m.state, &request, &g, NULL), ATTUNE_OK);
    assert_int_equal(count_processes(scratch_folder()), 0);
    m.generator->close(m.state);
}

static void a_missing_program_is_a_failed_sample(void **state)
{
    static const char *const argv[] = {"./no-such-program", NULL};
    struct attune_model_spec spec = {
        .name = "m", .command = argv, .timeout_s = 5, .folder = scratch_folder()};
    struct running m = open_model(&spec);
    struct attune_prompt prompt = prompt_of("p", "t");
    struct attune_request request = request_for(&prompt, 1);
    struct attune_generation g;
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(m.generator->generate(m.state, &request, &g, &err), ATTUNE_E_MISSING);
    assert_non_null(strstr(err.message, "no-such-program"));
    m.generator->close(m.state);
}

static void a_cancelled_command_ends_at_once(void **state)
{
    static const char *const argv[] = {"sleep", "60", NULL};
    struct attune_model_spec spec = {.name = "m", .command = argv, .timeout_s = 50};
    struct running m = open_model(&spec);
    struct attune_prompt prompt = prompt_of("p", "t");
    struct attune_request request = request_for(&prompt, 1);
    atomic_bool cancelled = true;
    request.cancelled = &cancelled;
    struct attune_generation g;
    assert_int_equal(m.generator->generate(m.state, &request, &g, NULL), ATTUNE_E_INTERRUPTED);
    m.generator->close(m.state);
}

static void misbehaving_stand_in_workers_cost_one_sample(void **state)
{
    static const struct { const char *mode, *says; } cases[] = {
        {"hang", "no answer in time"},
        {"crash", "exit code 3 without an answer; stderr: stand-in: out of cheese"},
        {"flood", "a line longer than"},
        {"flood-stderr", "no answer in time"},
        {"partial", "in time, only 13 bytes of an unfinished line"},
        {"binary", "binary"},
        {"text", "not a JSON object: 'loading weights...'"},
        {"wrong-id", "out of order"},
        {"no-id", "without an id"},
        {"no-path", "without a path"},
        {"no-file", "no file at"},
        {"nan", "not a JSON object"},
        {"text-count", "not a number"},
        {"outside", "wrote outside its folder"},
        {"climbing", "wrote outside its folder"},
        {"relative", "is not absolute"},
        {"symlink", "wrote outside its folder"},
        {"polite", "reports: out of memory"},
        {"out-of-order", "out of order"},
        {"ignores-sigterm", "no answer in time"},
        {"huge-file", "File too large"},
        {"fork-bomb", "no answer in time"},
        {"daemon", "no answer in time"},
        {"daemon-crash", "exit code 3"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *argv[] = {"python3", WORKER, cases[i].mode, scratch_folder(), NULL};
        struct attune_model_spec spec = {.name = "w",
                                         .worker = argv,
                                         .n_workers = 1,
                                         .limits.file_bytes = 1 << 20,
                                         .timeout_s =
                                             strstr(cases[i].says, "in time") ? 2.5 : 30.0};
        struct running m = open_model(&spec);
        struct attune_prompt good = prompt_of("p1", "good"), bad = prompt_of("p2", "bad");
        struct attune_generation g;
        struct attune_err err = ATTUNE_ERR_INIT;
        struct attune_request request = request_for(&good, 1);
        if (m.generator->generate(m.state, &request, &g, &err) != ATTUNE_OK) {
            fail_msg("%s before: %s", cases[i].mode, err.message);
        }
        request = request_for(&bad, 1);
        assert_int_not_equal(m.generator->generate(m.state, &request, &g, &err), ATTUNE_OK);
        if (!strstr(err.message, cases[i].says)) {
            fail_msg("%s: '%s'", cases[i].mode, err.message);
        }
        request = request_for(&good, 2);
        if (m.generator->generate(m.state, &request, &g, &err) != ATTUNE_OK) {
            fail_msg("%s after: %s", cases[i].mode, err.message);
        }
        assert_int_equal(g.n_candidates, 4);
        assert_int_equal(g.n_tokens, 100);
        assert_true(g.has_logprob && g.logprob == -12.5 && g.ref_logprob == -13.0);
        assert_true(g.device_seconds == 0.25);
        assert_int_equal(count_processes(scratch_folder()), 1); /* the new worker, nothing of the old one */
        m.generator->close(m.state);
        assert_int_equal(count_processes(scratch_folder()), 0);
    }
}

static void a_worker_that_speaks_unasked_or_stops_listening_is_replaced(void **state)
{
    static const char *const modes[] = {"unasked", "close-stdin"};
    for (size_t i = 0; i < 2; i++) {
        const char *argv[] = {"python3", WORKER, modes[i], NULL};
        struct attune_model_spec spec = {
            .name = "w", .worker = argv, .timeout_s = 2, .n_workers = 1};
        struct running m = open_model(&spec);
        struct attune_prompt good = prompt_of("p1", "good"), bad = prompt_of("p2", "bad");
        struct attune_generation g;
        struct attune_err err = ATTUNE_ERR_INIT;
        struct attune_request request = request_for(&bad, 1);
        assert_int_equal(m.generator->generate(m.state, &request, &g, &err), ATTUNE_OK);
        request = request_for(&good, 1);
        enum attune_code code = m.generator->generate(m.state, &request, &g, &err);
        /* The stray line of "unasked" may come before or after the next question. */
        if (i == 1 || code != ATTUNE_OK) {
            assert_non_null(strstr(err.message, i == 1 ? "closed its input" : "out of order"));
            request = request_for(&good, 2);
            code = m.generator->generate(m.state, &request, &g, &err);
        }
        assert_int_equal(code, ATTUNE_OK);
        m.generator->close(m.state);
    }
}

static void a_poisoned_prompt_is_given_up_after_three_kills(void **state)
{
    static const char *const argv[] = {"python3", WORKER, "crash", NULL};
    struct attune_model_spec spec = {.name = "w", .worker = argv, .timeout_s = 5, .n_workers = 1};
    struct running m = open_model(&spec);
    struct attune_prompt bad = prompt_of("p2", "bad");
    struct attune_generation g;
    struct attune_err err = ATTUNE_ERR_INIT;
    for (int i = 0; i < 4; i++) {
        struct attune_request request = request_for(&bad, (uint64_t)i);
        assert_int_equal(m.generator->generate(m.state, &request, &g, &err), ATTUNE_E_CHILD);
        assert_true((strstr(err.message, "not tried again") != NULL) == (i == 3));
    }
    m.generator->close(m.state);
}

static void workers_that_never_get_ready_say_so(void **state)
{
    static const struct { const char *mode, *says;
    } cases[] = {
        {"no-ready", "the first answer is not"},
        {"dies-at-start",
         "at its start: exit code 1 without an answer; stderr: ModuleNotFoundError"},
    };
    for (size_t i = 0; i < 2; i++) {
        const char *argv[] = {"python3", WORKER, cases[i].mode, NULL};
        struct attune_model_spec spec = {
            .name = "w", .worker = argv, .timeout_s = 5, .n_workers = 1};
        struct running m = open_model(&spec);
        struct attune_prompt good = prompt_of("p", "good");
        struct attune_generation g;
        struct attune_err err = ATTUNE_ERR_INIT;
        struct attune_request request = request_for(&good, 1);
        assert_int_equal(m.generator->generate(m.state, &request, &g, &err), ATTUNE_E_CHILD);
        if (!strstr(err.message, cases[i].says)) {
            fail_msg("%s: '%s'", cases[i].mode, err.message);
        }
        m.generator->close(m.state);
    }
}

static void prompts_become_json(void **state)
{
    struct attune_prompt prompt = prompt_of("a\"b", "line\nbad \xff utf8");
    prompt.attributes = (struct attune_attributes){
        .has_tempo = true, .tempo_bpm = 92.5, .n_chords = 1, .chords = {{10, ATTUNE_CHORD_DOM7}}};
    struct attune_buf text = ATTUNE_BUF_INIT;
    attune_prompt_json(&text, &prompt);
    json_t *json = json_loads(attune_buf_text(&text), 0, NULL);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "id")), "a\"b");
    json_t *attributes = json_object_get(json, "attributes");
    assert_true(json_number_value(json_object_get(attributes, "tempo_bpm")) == 92.5);
    assert_string_equal(json_string_value(json_array_get(json_object_get(attributes, "chords"), 0)),
                        "Bb7");
    assert_null(json_object_get(attributes, "key"));
    json_decref(json);
    attune_buf_release(&text);
}

static void the_check_passes_a_proper_worker_and_names_faults(void **state)
{
    static const struct { const char *script, *mode, *says; size_t n_steps; } cases[] = {
        {PROPER, "", NULL, 10},
        {WORKER, "hang", NULL, 10}, /* does not use its seed: a warning */
        {WORKER, "dies-at-start", "ModuleNotFoundError", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *argv[] = {"python3", cases[i].script, cases[i].mode, NULL};
        struct attune_check_report report;
        assert_int_equal(attune_worker_check(&report, "generator", argv, NULL, 10.0, NULL),
                         ATTUNE_OK);
        assert_int_equal(report.n_steps, cases[i].n_steps);
        const struct attune_check_step *last = &report.steps[report.n_steps - 1];
        assert_true((last->outcome == ATTUNE_CHECK_FAILED) == (cases[i].says != NULL));
        assert_true(!cases[i].says || strstr(last->detail, cases[i].says));
        if (!cases[i].says) {
            assert_int_equal(report.steps[8].outcome == ATTUNE_CHECK_WARNING, i == 1);
        }
    }
}

static void commands_are_split_without_a_shell(void **state)
{
    char **argv = NULL;
    assert_int_equal(attune_argv_split(" python3  'a b' \"c'd\" e\\ f $HOME '' ", &argv, NULL),
                     ATTUNE_OK);
    static const char *const expected[] = {"python3", "a b", "c'd", "e f", "$HOME", ""};
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(argv[i], expected[i]);
    }
    assert_null(argv[6]);
    attune_argv_release(argv);
    assert_int_equal(attune_argv_split("a 'b", &argv, NULL), ATTUNE_E_USAGE);
    assert_int_equal(attune_argv_split("  ", &argv, NULL), ATTUNE_E_USAGE);
}

int main(void)
{
    if (access("/usr/bin/python3", X_OK) != 0) {
        printf("python3 is not installed: the stand-in workers can't run\n");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_found_by_pattern),
        cmocka_unit_test(unknown_keys_are_load_errors),
        cmocka_unit_test(commands_get_their_keys_byte_for_byte),
        cmocka_unit_test(commands_that_fail_say_why),
        cmocka_unit_test(several_outputs_are_told_apart_by_the_promised_extension),
        cmocka_unit_test(a_daemon_does_not_outlive_its_command),
        cmocka_unit_test(a_missing_program_is_a_failed_sample),
        cmocka_unit_test(a_cancelled_command_ends_at_once),
        cmocka_unit_test(misbehaving_stand_in_workers_cost_one_sample),
        cmocka_unit_test(a_worker_that_speaks_unasked_or_stops_listening_is_replaced),
        cmocka_unit_test(a_poisoned_prompt_is_given_up_after_three_kills),
        cmocka_unit_test(workers_that_never_get_ready_say_so),
        cmocka_unit_test(prompts_become_json),
        cmocka_unit_test(the_check_passes_a_proper_worker_and_names_faults),
        cmocka_unit_test(commands_are_split_without_a_shell),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
