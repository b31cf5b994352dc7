"""DiffRhythm: full songs by latent diffusion (Ning et al. 2025, github.com/ASLP-lab/DiffRhythm).

    worker: [python3, diffrhythm_generate.py, --repo, DiffRhythm, --model, ASLP-lab/DiffRhythm-1_2]

The prompt's text is the style prompt. Lyrics are the same for every prompt, an .lrc file; without one the
song is instrumental. No logprob: the published interface gives samples of the flow, not their density.
"""
import os
import sys

import protocol

SAMPLE_RATE = 44100
FRAMES = {95: 2048, 285: 6144}  # seconds -> latent frames


class Generator:
    name = "diffrhythm"
    roles = ("generator",)
    install = ("git clone https://github.com/ASLP-lab/DiffRhythm, pip install -r its requirements.txt, "
               "and give the folder as --repo")

    @staticmethod
    def add_options(parser):
        parser.add_argument("--repo", type=protocol.path, required=True)
        parser.add_argument("--model", default="ASLP-lab/DiffRhythm-1_2", help="name on the hub")
        parser.add_argument("--seconds", type=int, choices=sorted(FRAMES), default=95)
        parser.add_argument("--lyrics", type=protocol.path, help=".lrc file")
        parser.add_argument("--chunked", action="store_true", help="decode in chunks: less memory")

    def __init__(self, options, device):
        self.options, self.device, self.n_frames = options, device, FRAMES[options.seconds]
        sys.path[:0] = [os.path.join(options.repo, "infer"), options.repo]
        os.chdir(options.repo)  # the repository finds its own files from there
        import infer
        import infer_utils
        self.infer, self.utils = infer, infer_utils
        self.flow, tokenizer, self.style, self.decoder = infer_utils.prepare_model(
            self.n_frames, device, repo_id=options.model)
        lyrics = ""
        if options.lyrics:
            with open(options.lyrics, encoding="utf-8") as f:
                lyrics = f.read()
        self.lyrics, self.start_time = infer_utils.get_lrc_token(
            self.n_frames, lyrics, tokenizer, device)
        self.negative_style = infer_utils.get_negative_style_prompt(device)
        self.version = self._weights(options.model)

    @staticmethod
    def _weights(model):
        from huggingface_hub import hf_hub_download
        return protocol.fingerprint(hf_hub_download(model, "cfm_model.pt", cache_dir="./pretrained"))

    def generate(self, prompt, out):
        latent, frames = self.utils.get_reference_latent(
            self.device, self.n_frames, False, None, None, self.decoder)
        style = self.utils.get_style_prompt(self.style, prompt=prompt["text"])
        songs = self.infer.inference(
            cfm_model=self.flow, vae_model=self.decoder, cond=latent, text=self.lyrics,
            duration=self.n_frames, style_prompt=style,
            negative_style_prompt=self.negative_style, start_time=self.start_time, pred_frames=frames,
            batch_infer_num=1, chunked=self.options.chunked)
        protocol.write_wav(out + ".wav", songs[0].float() / 32767.0, SAMPLE_RATE)  # (2, n) int16
        return {"path": out + ".wav"}


if __name__ == "__main__":
    protocol.serve(Generator)
