"""CLAP score: how well a sound fits its prompt (Wu et al. 2023, package laion-clap); also CLAP embeddings
for set metrics, where it is asked to be an embedder.

    worker: [python3, clap_score.py, --checkpoint, music_audioset_epoch_15_esc_90.14.pt]

Score `clap`: cosine of the audio and the text embedding. Of a file longer than 10 s laion_clap hears one
excerpt drawn at random; the draw is seeded, so a file always gets the same one. Without --checkpoint
laion_clap fetches its general one (630k-audioset), which is made for HTSAT-tiny.
"""
import protocol


class Scorer:
    name = "clap"
    roles = ("scorer", "embedder")
    hears = True
    install = "pip install laion-clap"

    @staticmethod
    def add_options(parser):
        parser.add_argument("--checkpoint", type=protocol.path)
        parser.add_argument("--audio-model", help="default: HTSAT-base with --checkpoint, else HTSAT-tiny")

    def __init__(self, options, device):
        import laion_clap
        audio_model = options.audio_model or ("HTSAT-base" if options.checkpoint else "HTSAT-tiny")
        self.model = laion_clap.CLAP_Module(enable_fusion=False, device=device, amodel=audio_model)
        if options.checkpoint:
            self.model.load_ckpt(ckpt=options.checkpoint)
        else:
            self.model.load_ckpt()
        self.version = "%s %s" % (
            protocol.package_version("laion-clap"),
            protocol.fingerprint(options.checkpoint) if options.checkpoint else "630k-audioset")

    def embed(self, path):
        return self.model.get_audio_embedding_from_filelist(x=[path], use_tensor=False)[0]

    def score(self, path, prompt):
        import numpy
        audio = self.embed(path)
        # Two texts: some releases drop the batch axis of a single one.
        text = self.model.get_text_embedding([prompt["text"], ""], use_tensor=False)[0]
        return {"clap": numpy.dot(audio, text) / (numpy.linalg.norm(audio) * numpy.linalg.norm(text))}


if __name__ == "__main__":
    protocol.serve(Scorer)
