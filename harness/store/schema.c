/* The tables. What a user may query is `leaderboard` and the view `sample_scores`; the rest is
 * normalised.
 *
 * - `run` is one suite under one version of everything that decides its numbers (run.key); running
 * the same command again continues the same row.
 * - `artefact` is a file by content. A score belongs to content, not to a sample: its key is
 *   (artefact, params, metric), where params stands for everything beside the file that the
 * evaluation saw (prompt, sound font) and metric for id, version and, for outside scorers,
 * identity. Samples come in ascending order of artefact, so the largest table only ever grows at
 * its end.
 * - A sample and all its scores are one transaction: a sample that is there is complete. A score
 * that is missing from a finished sample is of a metric that does not apply to its modality.
 */
#include "harness/store/schema.h"

static const char version_1[] =
    "CREATE TABLE run ("
    " id INTEGER PRIMARY KEY,"
    " key TEXT NOT NULL UNIQUE," /* hash of everything that decides the numbers */
    " name TEXT NOT NULL,"       /* `suite:` */
    " suite TEXT NOT NULL, suite_hash TEXT NOT NULL, suite_path TEXT NOT NULL,"
    " prompt_hash TEXT NOT NULL,"
    " files TEXT NOT NULL," /* folder that relative sample paths start from */
    " n_planned INTEGER NOT NULL, rank_by TEXT NOT NULL, allow_failed REAL NOT NULL,"
    " attune_version TEXT NOT NULL, attune_commit TEXT NOT NULL,"
    " compiler TEXT NOT NULL, cflags TEXT NOT NULL, cpu TEXT NOT NULL, host TEXT NOT NULL,"
    " libraries TEXT NOT NULL," /* JSON: library -> version */
    " fft TEXT NOT NULL, soundfont TEXT, soundfont_hash TEXT,"
    " n_threads INTEGER NOT NULL,"
    " started TEXT NOT NULL, ended TEXT" /* UTC, ISO 8601 */
    ") STRICT;"

    "CREATE TABLE model ("
    " id INTEGER PRIMARY KEY,"
    " run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
    " position INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " method TEXT NOT NULL CHECK (method IN ('none','sft','rlhf','dpo','inference','other')),"
    " base TEXT,"
    " generator TEXT NOT NULL,"   /* policy, corpus, command, worker, samples, ... */
    " spec TEXT NOT NULL,"        /* JSON, as the suite says it */
    " fingerprint TEXT NOT NULL," /* weights, programs; part of every sample key */
    " simulated INTEGER NOT NULL DEFAULT 0 CHECK (simulated IN (0, 1)),"
    " selected_on TEXT," /* comma-separated metrics it was optimised or selected on */
    " UNIQUE (run, name)"
    ") STRICT;"

    "CREATE TABLE prompt ("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL," /* the prompt's own id */
    " text TEXT NOT NULL,"
    " attributes TEXT NOT NULL," /* JSON, those read from the text included */
    " hash TEXT NOT NULL UNIQUE" /* over name, text, attributes */
    ") STRICT;"

    "CREATE TABLE run_prompt ("
    " run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
    " prompt INTEGER NOT NULL REFERENCES prompt(id),"
    " position INTEGER NOT NULL,"
    " PRIMARY KEY (run, prompt)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE run_seed ("
    " run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
    " seed INTEGER NOT NULL,"
    " PRIMARY KEY (run, seed)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE metric ("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL, version INTEGER NOT NULL,"
    " identity TEXT NOT NULL DEFAULT ''," /* of an outside scorer: program, arguments, its version
                                           */
    " title TEXT NOT NULL, unit TEXT NOT NULL,"
    " direction TEXT NOT NULL CHECK (direction IN ('up','down','none','target')), target REAL,"
    " lo REAL, hi REAL,"     /* NULL where open */
    " inputs TEXT NOT NULL," /* 'audio', 'symbolic', 'audio,symbolic' or 'sets' */
    " summary TEXT NOT NULL, source TEXT NOT NULL,"
    " UNIQUE (name, version, identity)"
    ") STRICT;"

    "CREATE TABLE run_metric ("
    " run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
    " metric INTEGER NOT NULL REFERENCES metric(id),"
    " position INTEGER NOT NULL,"
    " PRIMARY KEY (run, metric)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE artefact ("
    " id INTEGER PRIMARY KEY,"
    " hash TEXT NOT NULL UNIQUE,"
    " modality TEXT NOT NULL, n_bytes INTEGER NOT NULL, duration_s REAL"
    ") STRICT;"

    "CREATE TABLE params ("
    " id INTEGER PRIMARY KEY,"
    " hash TEXT NOT NULL UNIQUE,"
    " text TEXT NOT NULL" /* what was hashed, JSON */
    ") STRICT;"

    "CREATE TABLE sample ("
    " id INTEGER PRIMARY KEY,"
    " run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
    " model INTEGER NOT NULL REFERENCES model(id) ON DELETE CASCADE,"
    " prompt INTEGER NOT NULL REFERENCES prompt(id),"
    " seed INTEGER NOT NULL,"
    " key TEXT NOT NULL," /* hash of (model, prompt, seed): equal work, equal key */
    " status TEXT NOT NULL CHECK (status IN ('ok','failed')),"
    " error TEXT,"
    " path TEXT," /* relative to run.files, or absolute */
    " artefact INTEGER REFERENCES artefact(id), params INTEGER REFERENCES params(id),"
    " scored TEXT," /* hash of the metrics and scorers it was scored with */
    " inode INTEGER, mtime_ns INTEGER, ctime_ns INTEGER," /* of the file when it was hashed */
    " hashed_ns INTEGER,"                                 /* and when that was */
    " attempts INTEGER NOT NULL DEFAULT 1,"
    " generate_s REAL, evaluate_s REAL, device_s REAL,"
    " n_candidates INTEGER, n_tokens INTEGER, n_rewards INTEGER,"
    " logprob REAL, ref_logprob REAL,"
    " finished TEXT NOT NULL,"
    " CHECK ((status = 'ok') = (artefact IS NOT NULL AND params IS NOT NULL AND path IS NOT NULL)),"
    " CHECK ((status = 'failed') = (error IS NOT NULL)),"
    " UNIQUE (run, model, prompt, seed)"
    ") STRICT;"
    "CREATE INDEX sample_key ON sample (key);"

    "CREATE TABLE score ("
    " artefact INTEGER NOT NULL REFERENCES artefact(id),"
    " params INTEGER NOT NULL REFERENCES params(id),"
    " metric INTEGER NOT NULL REFERENCES metric(id),"
    " value REAL," /* NULL: undefined, and why says the reason */
    " why TEXT,"
    " CHECK ((value IS NULL) = (why IS NOT NULL)),"
    " PRIMARY KEY (artefact, params, metric)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE set_score ("
    " id INTEGER PRIMARY KEY,"
    " run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
    " model TEXT NOT NULL,"
    " metric TEXT NOT NULL, version INTEGER NOT NULL,"
    " reference TEXT NOT NULL DEFAULT '',"   /* name of the reference set or model; '' for one-set
                                                metrics */
    " params_hash TEXT NOT NULL DEFAULT ''," /* embedding, options */
    " value REAL, why TEXT,"
    " ci_low REAL, ci_high REAL, n INTEGER NOT NULL, n_reference INTEGER, n_dims INTEGER,"
    " details TEXT," /* JSON: rank, clipped mass, R2, ... */
    " CHECK ((value IS NULL) = (why IS NOT NULL)),"
    " UNIQUE (run, model, metric, version, reference, params_hash)"
    ") STRICT;"

    "CREATE TABLE preference ("
    " id INTEGER PRIMARY KEY,"
    " source TEXT NOT NULL, line INTEGER NOT NULL," /* import name and row: imports are idempotent
                                                     */
    " prompt TEXT NOT NULL DEFAULT '',"
    " model_a TEXT NOT NULL, model_b TEXT NOT NULL,"
    " sample_a TEXT, sample_b TEXT,"
    " winner TEXT NOT NULL CHECK (winner IN ('a','b','tie','both_bad')),"
    " axis TEXT NOT NULL DEFAULT '', rater TEXT, confidence REAL, time TEXT,"
    " simulated INTEGER NOT NULL DEFAULT 0 CHECK (simulated IN (0, 1)),"
    " extra TEXT," /* JSON: covariates and whatever else the format holds */
    " UNIQUE (source, line, axis)"
    ") STRICT;"

    "CREATE TABLE reward_model ("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,"
    " path TEXT NOT NULL, hash TEXT NOT NULL,"
    " features TEXT NOT NULL," /* JSON: metric ids with versions */
    " trained TEXT NOT NULL,"  /* JSON: data, options, results */
    " simulated INTEGER NOT NULL DEFAULT 0 CHECK (simulated IN (0, 1)),"
    " created TEXT NOT NULL"
    ") STRICT;"

    "CREATE TABLE baseline ("
    " name TEXT PRIMARY KEY,"
    " run INTEGER NOT NULL REFERENCES run(id),"
    " model TEXT NOT NULL,"
    " created TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE event ("
    " id INTEGER PRIMARY KEY,"
    " run INTEGER REFERENCES run(id) ON DELETE CASCADE,"
    " time TEXT NOT NULL,"
    " kind TEXT NOT NULL," /* start, end, interrupt, left-out, scorer, ... */
    " subject TEXT NOT NULL, text TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX event_run ON event (run);"

    "CREATE TABLE leaderboard ("
    " run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
    " model TEXT NOT NULL, method TEXT NOT NULL, metric TEXT NOT NULL,"
    " mean REAL, ci_low REAL, ci_high REAL,"
    " n INTEGER NOT NULL, n_undefined INTEGER NOT NULL,"
    " rank_low INTEGER, rank_high INTEGER,"
    " PRIMARY KEY (run, model, metric)"
    ") STRICT, WITHOUT ROWID;"

    /* Every metric of the run for every sample: a failed sample shows as failed in each of them. */
    "CREATE VIEW sample_scores (run, model, method, base, prompt, seed, status, path, metric, "
    "value,"
    " state, why) AS"
    " SELECT s.run, m.name, m.method, m.base, p.name, s.seed, s.status,"
    "  CASE WHEN s.path LIKE '/%' THEN s.path ELSE r.files || '/' || s.path END,"
    "  k.name, c.value,"
    "  CASE WHEN s.status = 'failed' THEN 'failed' WHEN c.metric IS NULL THEN 'not_applicable'"
    "       WHEN c.value IS NULL THEN 'undefined' ELSE 'ok' END,"
    "  CASE WHEN s.status = 'failed' THEN s.error"
    "       WHEN c.metric IS NULL THEN 'the metric does not apply to this modality' ELSE c.why END"
    " FROM sample s JOIN run r ON r.id = s.run JOIN model m ON m.id = s.model"
    " JOIN prompt p ON p.id = s.prompt JOIN run_metric q ON q.run = s.run"
    " JOIN metric k ON k.id = q.metric"
    " LEFT JOIN score c ON c.artefact = s.artefact AND c.params = s.params AND c.metric = "
    "q.metric;";

/* Ratings of single items, beside the comparisons of two. */
static const char version_2[] =
    "CREATE TABLE rating ("
    " id INTEGER PRIMARY KEY,"
    " source TEXT NOT NULL, line INTEGER NOT NULL," /* as in preference */
    " kind TEXT NOT NULL CHECK (kind IN ('human','score'))," /* score: of an outside program */
    " item TEXT NOT NULL, system TEXT NOT NULL, prompt TEXT NOT NULL,"
    " axis TEXT NOT NULL, rater TEXT NOT NULL,"
    " value REAL NOT NULL,"
    " UNIQUE (source, line, axis, rater)"
    ") STRICT;";

/* What alignment cost and what selection saw. NULL: unknown, or nothing of the kind.
 *
 * - `model.family` joins models that differ in one knob alone (KL penalty, training steps): one
 * curve of reward against divergence. train_*: what made the model from its base (a base model:
 * from nothing): tokens sampled, tokens run through a model for log-probabilities and gradients,
 * rewards and metrics evaluated, pairs labelled, gradient steps, seconds. A model that is one of
 * several training seeds per suite seed says what one of them cost.
 * - `candidate` holds what a selecting model saw, where its suite asks for it (`gold: METRIC`):
 *   candidates 0..n-1 of a sample are those of every best-of-m, m >= n; proxy is the reward it
 *   selects by (model.selected_on, higher is better), gold the reward it was told to watch. */
static const char version_3[] =
    "ALTER TABLE model ADD COLUMN family TEXT;"
    "ALTER TABLE model ADD COLUMN train_generated INTEGER;"
    "ALTER TABLE model ADD COLUMN train_processed INTEGER;"
    "ALTER TABLE model ADD COLUMN train_rewards INTEGER;"
    "ALTER TABLE model ADD COLUMN train_pairs INTEGER;"
    "ALTER TABLE model ADD COLUMN train_steps INTEGER;"
    "ALTER TABLE model ADD COLUMN train_s REAL;"
    "CREATE TABLE candidate ("
    " sample INTEGER NOT NULL REFERENCES sample(id) ON DELETE CASCADE,"
    " i INTEGER NOT NULL,"
    " proxy REAL, gold REAL," /* NULL: undefined for this candidate */
    " PRIMARY KEY (sample, i)"
    ") STRICT, WITHOUT ROWID;";

/* Embeddings by content, and metrics of whole sets. Version 1 made a table set_score that nothing
 * was written to. */
static const char version_4[] =
    "CREATE TABLE embedding ("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL," /* 'attune-1', or the name the suite gives a worker */
    " version TEXT NOT NULL," /* as the worker says it */
    " identity TEXT NOT NULL," /* hash: program, files, arguments; how MIDI is rendered */
    " UNIQUE (name, version, identity)"
    ") STRICT;"

    "CREATE TABLE vector ("
    " embedding INTEGER NOT NULL REFERENCES embedding(id) ON DELETE CASCADE,"
    " content TEXT NOT NULL," /* hash of the file */
    " v BLOB,"                /* float32, little endian; NULL: there is none, and why says so */
    " why TEXT,"
    " CHECK ((v IS NULL) = (why IS NOT NULL)),"
    " PRIMARY KEY (embedding, content)"
    ") STRICT, WITHOUT ROWID;"

    "DROP TABLE set_score;"
    "CREATE TABLE set_score ("
    " id INTEGER PRIMARY KEY,"
    " run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
    " model INTEGER NOT NULL REFERENCES model(id) ON DELETE CASCADE,"
    " metric INTEGER NOT NULL REFERENCES metric(id)," /* its identity names embedding and
                                                         reference */
    " key TEXT NOT NULL," /* hash of all that decides the value, samples by content */
    " base TEXT NOT NULL," /* 'set.fad' of 'set.fad@corpus:clap' */
    " reference TEXT NOT NULL DEFAULT '', reference_hash TEXT NOT NULL DEFAULT '',"
    " embedding INTEGER NOT NULL REFERENCES embedding(id),"
    " value REAL, why TEXT, ci_low REAL, ci_high REAL,"
    " n INTEGER NOT NULL, n_reference INTEGER, n_dims INTEGER NOT NULL,"
    " details TEXT NOT NULL," /* JSON: rank, clipped mass, R2, ... */
    " warnings TEXT NOT NULL," /* one per line */
    " CHECK ((value IS NULL) = (why IS NOT NULL)),"
    " UNIQUE (run, model, metric)"
    ") STRICT;"
    "CREATE INDEX set_score_key ON set_score (key);"

    /* Metrics of sets have no value per sample. */
    "DROP VIEW sample_scores;"
    "CREATE VIEW sample_scores (run, model, method, base, prompt, seed, status, path, metric, "
    "value,"
    " state, why) AS"
    " SELECT s.run, m.name, m.method, m.base, p.name, s.seed, s.status,"
    "  CASE WHEN s.path LIKE '/%' THEN s.path ELSE r.files || '/' || s.path END,"
    "  k.name, c.value,"
    "  CASE WHEN s.status = 'failed' THEN 'failed' WHEN c.metric IS NULL THEN 'not_applicable'"
    "       WHEN c.value IS NULL THEN 'undefined' ELSE 'ok' END,"
    "  CASE WHEN s.status = 'failed' THEN s.error"
    "       WHEN c.metric IS NULL THEN 'the metric does not apply to this modality' ELSE c.why END"
    " FROM sample s JOIN run r ON r.id = s.run JOIN model m ON m.id = s.model"
    " JOIN prompt p ON p.id = s.prompt JOIN run_metric q ON q.run = s.run"
    " JOIN metric k ON k.id = q.metric AND k.inputs != 'sets'"
    " LEFT JOIN score c ON c.artefact = s.artefact AND c.params = s.params AND c.metric = "
    "q.metric;";

/* A reward model that is trained again keeps its old row: scores that an earlier run has from it
 * stand under metric.identity = reward_model.hash. */
static const char version_5[] =
    "ALTER TABLE reward_model RENAME TO reward_model_4;"
    "CREATE TABLE reward_model ("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL, kind TEXT NOT NULL,"
    " path TEXT NOT NULL, hash TEXT NOT NULL,"
    " features TEXT NOT NULL," /* JSON: metric ids with versions */
    " trained TEXT NOT NULL,"  /* JSON: data, options, results */
    " simulated INTEGER NOT NULL DEFAULT 0 CHECK (simulated IN (0, 1)),"
    " created TEXT NOT NULL,"
    " UNIQUE (name, hash)"
    ") STRICT;"
    "INSERT INTO reward_model SELECT id, name, kind, path, hash, features, trained, simulated,"
    " created FROM reward_model_4;"
    "DROP TABLE reward_model_4;";

const char *const attune_schema_steps[ATTUNE_SCHEMA_VERSION] = {version_1, version_2, version_3,
                                                              version_4, version_5};
