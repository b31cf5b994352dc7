typedef int attune_reports_empty; /* replaced by the first report */
