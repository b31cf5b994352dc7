/* The formats of published preference data as one table, and the reader that walks it. */
#include "harness/prefs/prefs.h"

#include <math.h>

#include "harness/prefs/id_set.h"
#include "harness/prefs/record_reader.h"

const char *const attune_winner_names[4] = {"a", "b", "tie", "both_bad"};

enum { MAX_AXES = 2 };

/* Field names of a format; NULL where it has none. */
struct format {
    const char *name;
    const char *model_a, *model_b, *sample_a, *sample_b, *prompt, *rater, *time, *length_a,
        *length_b, *loudness_a, *loudness_b, *density_a, *density_b;
    const char *ids[2];      /* the first that is there */
    const char *axis_field;  /* axis named by a field, e.g. a question type */
    struct {
        const char *axis, *winner, *confidence;
    } votes[MAX_AXES];       /* one vote per axis and record */
    const char *labels[4];   /* in the order of enum attune_winner; NULL: cannot occur */
    bool else_tie;           /* any other label is a tie, by the publisher's definition */
    bool empty_is_no_vote;
};

static const struct format formats[] = {
    {.name = "pairs", .model_a = "model_a", .model_b = "model_b", .sample_a = "sample_a",
     .sample_b = "sample_b", .prompt = "prompt", .rater = "rater", .time = "time", .ids = {"id"},
     .length_a = "length_a", .length_b = "length_b", .loudness_a = "loudness_a",
     .loudness_b = "loudness_b", .density_a = "density_a", .density_b = "density_b",
     .axis_field = "axis",
     .votes = {{"", "winner", "confidence"}}, .labels = {"a", "b", "tie", "both_bad"}},
    {.name = "fastchat", .model_a = "model_a", .model_b = "model_b", .prompt = "prompt",
     .rater = "judge", .time = "tstamp", .ids = {"question_id"}, .votes = {{"", "winner", NULL}},
     .labels = {"model_a", "model_b", "tie", "tie (bothbad)"}},
    {.name = "music-arena", .model_a = "system_a", .model_b = "system_b", .sample_a = "audio_a",
     .sample_b = "audio_b", .prompt = "prompt", .rater = "user_pseudonym", .time = "timestamp",
     .length_a = "duration_a", .length_b = "duration_b", .ids = {"battle_uuid", "battle_id"},
     .votes = {{"", "preference", NULL}}, .labels = {"A", "B", "TIE", "BOTH_BAD"}},
    {.name = "cmi-pref", .model_a = "model_a", .model_b = "model_b", .sample_a = "audio-path",
     .sample_b = "audio2", .prompt = "prompt", .rater = "user id",
     .votes = {{"musicality", "preference-musicality", "confidence_preference-musicality"},
               {"alignment", "preference-alignment", "confidence_preference-alignment"}},
     .labels = {"model_a", "model_b", "tie", NULL}, .empty_is_no_vote = true},
    {.name = "musicprefs", .model_a = "system_a", .model_b = "system_b", .sample_a = "audio_a",
     .sample_b = "audio_b", .prompt = "prompt",
     .votes = {{"musicality", "musicality", NULL}, {"fidelity", "fidelity", NULL}},
     .labels = {"a_wins", "b_wins", NULL, NULL}, .else_tie = true},
    {.name = "aime", .model_a = "model-1", .model_b = "model-2", .sample_a = "track-1-id",
     .sample_b = "track-2-id", .prompt = "description", .axis_field = "question-type",
     .votes = {{"", "answer", NULL}}, .labels = {"1", "2", NULL, NULL}},
};
enum { N_FORMATS = sizeof formats / sizeof *formats };

void attune_prefs_formats(struct attune_buf *out)
{
    for (size_t i = 0; i < N_FORMATS; i++) {
        attune_buf_addf(out, "%s%s", i ? ", " : "", formats[i].name);
    }
}

/* A format fits when its models and every vote's field are there. */
static bool fits(const struct format *f, const struct attune_records *r)
{
    bool fit = attune_records_has(r, f->model_a) && attune_records_has(r, f->model_b);
    for (size_t i = 0; i < MAX_AXES && f->votes[i].winner; i++) {
        fit = fit && attune_records_has(r, f->votes[i].winner);
    }
    return fit;
}

static int label_of(const struct format *f, const char *label)
{
    for (int i = 0; i < 4; i++) {
        if (f->labels[i] && strcmp(f->labels[i], label) == 0) {
            return i;
        }
    }
    return f->else_tie ? ATTUNE_WINNER_TIE : -1;
}

/* Several formats may have the same fields (pairs and fastchat): the first record's label decides.
 */
static const struct format *recognise(struct attune_records *r)
{
    const struct format *by_fields = NULL;
    for (size_t i = 0; i < N_FORMATS; i++) {
        if (fits(&formats[i], r)) {
            if (label_of(&formats[i], attune_records_get(r, formats[i].votes[0].winner)) >= 0) {
                return &formats[i];
            }
            by_fields = by_fields ? by_fields : &formats[i];
        }
    }
    return by_fields;
}

struct reading {
    const char *path;
    const struct format *format;
    struct attune_records *records;
    struct attune_id_set ids;
    attune_preference_fn *take;
    void *context;
    struct attune_prefs_account *account;
};

static enum attune_code bad_label(const struct reading *in, const char *field, const char *label,
                                  struct attune_err *err)
{
    struct attune_buf allowed = ATTUNE_BUF_INIT;
    const char *other_case = NULL;
    for (int i = 0; i < 4; i++) {
        const char *known = in->format->labels[i];
        if (known) {
            attune_buf_addf(&allowed, "%s'%s'", allowed.n_bytes ? ", " : "", known);
            other_case = strcasecmp(known, label) == 0 ? known : other_case;
        }
    }
    attune_fail_at(err, ATTUNE_E_INPUT, in->path, attune_records_line(in->records),
                   "'%s' is '%.60s'; allowed: %s", field, label, attune_buf_text(&allowed));
    if (other_case) {
        attune_err_hint(err, "labels are case-sensitive: did you mean '%s'?", other_case);
    }
    attune_buf_release(&allowed);
    return ATTUNE_E_INPUT;
}

static const char *field(const struct reading *in, const char *name)
{
    return name ? attune_records_get(in->records, name) : "";
}

/* A number, NAN where the field is empty or missing. */
static double number(const struct reading *in, const char *name)
{
    const char *text = field(in, name);
    char *end;
    const double value = strtod(text, &end);
    return text[0] && !*end ? value : NAN;
}

static enum attune_code take_record(struct reading *in, struct attune_err *err)
{
    const struct format *f = in->format;
    const long line = attune_records_line(in->records);
    if (!fits(f, in->records)) {
        return attune_fail_at(err, ATTUNE_E_INPUT, in->path, line,
                              "format %s needs the fields '%s', '%s' and '%s'", f->name, f->model_a,
                              f->model_b, f->votes[0].winner);
    }
    struct attune_preference p = {
        .line = line,
        .prompt = field(in, f->prompt),
        .model_a = field(in, f->model_a),
        .model_b = field(in, f->model_b),
        .sample_a = field(in, f->sample_a),
        .sample_b = field(in, f->sample_b),
        .rater = field(in, f->rater),
        .time = field(in, f->time),
        .length_a = number(in, f->length_a),
        .length_b = number(in, f->length_b),
        .loudness_a = number(in, f->loudness_a),
        .loudness_b = number(in, f->loudness_b),
        .density_a = number(in, f->density_a),
        .density_b = number(in, f->density_b),
        .id = "",
    };
    for (size_t i = 0; i < 2 && f->ids[i] && !p.id[0]; i++) {
        p.id = field(in, f->ids[i]);
    }
    if (!p.model_a[0] || !p.model_b[0]) {
        return attune_fail_at(err, ATTUNE_E_INPUT, in->path, line, "a model's name is empty");
    }
    if (p.id[0]) {
        const int added = attune_id_set_add(&in->ids, p.id);
        if (added <= 0) {
            return added < 0 ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory")
                             : attune_fail_at(err, ATTUNE_E_INPUT, in->path, line,
                                              "comparison '%.80s' occurs a second time", p.id);
        }
    }
    for (size_t i = 0; i < MAX_AXES && f->votes[i].winner; i++) {
        const char *label = field(in, f->votes[i].winner);
        if (!label[0] && f->empty_is_no_vote) {
            in->account->n_no_vote++;
            continue;
        }
        const int winner = label_of(f, label);
        if (winner < 0) {
            return bad_label(in, f->votes[i].winner, label, err);
        }
        p.winner = (enum attune_winner)winner;
        p.axis = f->axis_field ? field(in, f->axis_field) : f->votes[i].axis;
        p.confidence = number(in, f->votes[i].confidence);
        in->account->n_kept++;
        in->account->n_ties += p.winner == ATTUNE_WINNER_TIE;
        in->account->n_both_bad += p.winner == ATTUNE_WINNER_BOTH_BAD;
        enum attune_code code = in->take(in->context, &p, err);
        if (code) {
            return code;
        }
    }
    return ATTUNE_OK;
}

static enum attune_code choose_format(struct reading *in, const char *name, struct attune_err *err)
{
    if (!name) {
        in->format = recognise(in->records);
        if (!in->format) {
            attune_fail_at(err, ATTUNE_E_INPUT, in->path, attune_records_line(in->records),
                           "the fields fit none of the known formats");
            attune_err_hint(err, "name it with --from (tables of ratings: ratings for people's, "
                                 "scores for a program's)");
            return ATTUNE_E_INPUT;
        }
        return ATTUNE_OK;
    }
    const char *names[N_FORMATS];
    for (size_t i = 0; i < N_FORMATS; i++) {
        names[i] = formats[i].name;
        if (strcmp(name, formats[i].name) == 0) {
            in->format = &formats[i];
            return ATTUNE_OK;
        }
    }
    attune_fail(err, ATTUNE_E_USAGE, "unknown preference format '%s'", name);
    const char *near = attune_nearest(name, names, N_FORMATS);
    attune_err_hint(err, near ? "did you mean '%s'?" : "`attune prefs --help` lists the formats",
                    near);
    return ATTUNE_E_USAGE;
}

enum attune_code attune_prefs_read(const char *path, const char *format, attune_preference_fn *take,
                                   void *context, struct attune_prefs_account *account,
                                   struct attune_err *err)
{
    struct reading in = {.path = path, .take = take, .context = context, .account = account};
    *account = (struct attune_prefs_account){0};
    enum attune_code code = attune_records_open(&in.records, path, err);
    bool has_record = false;
    while (!code) {
        code = attune_records_next(in.records, &has_record, err);
        if (code || !has_record) {
            break;
        }
        if (!in.format) {
            code = choose_format(&in, format, err);
        }
        if (!code) {
            account->n_rows++;
            account->format = in.format->name;
            code = take_record(&in, err);
        }
    }
    if (!code && account->n_rows == 0) {
        code = attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "no comparisons in the file");
    }
    attune_id_set_release(&in.ids);
    attune_records_close(in.records);
    return code;
}
