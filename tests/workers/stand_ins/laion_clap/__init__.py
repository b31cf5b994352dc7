"""A stand-in for laion_clap: embeddings of 4 numbers, with an excerpt that is drawn at random."""
import os
import random

import noise
import numpy


class CLAP_Module:
    def __init__(self, enable_fusion=False, device=None, amodel="HTSAT-tiny", tmodel="roberta"):
        self.amodel = amodel

    def load_ckpt(self, ckpt=None, model_id=-1):
        noise.chatter()
        assert self.amodel == ("HTSAT-base" if ckpt else "HTSAT-tiny")

    def get_audio_embedding_from_filelist(self, x, use_tensor=False):
        noise.maybe_explode(os.path.basename(x[0]))
        excerpt = random.random()
        size = os.path.getsize(x[0])
        return numpy.array([[noise.number(size, excerpt, i) for i in range(4)]], dtype=numpy.float32)

    def get_text_embedding(self, x, tokenizer=None, use_tensor=False):
        assert len(x) == 2
        noise.maybe_explode(x[0])
        return numpy.array([[noise.number(text, i) for i in range(4)] for text in x])
