# Set metrics against fadtk, kadtk, prdc and vendi-score.
attune_test(test_set_metrics.c LIBS attune_metrics PkgConfig::JANSSON PkgConfig::ZLIB
            SOURCES ../support/goldens.c)
