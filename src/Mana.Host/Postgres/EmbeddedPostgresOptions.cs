namespace Mana.Host.Postgres;

/// <summary>Where the host's own PostgreSQL keeps its data and where its binaries are found.</summary>
internal sealed class EmbeddedPostgresOptions
{
    // What keeps the cluster private and findable, and what Durable decides: a setting that moved one of these would break either.
    private static readonly string[] Reserved =
    [
        "config_file", "data_directory", "external_pid_file", "hba_file", "ident_file", "listen_addresses", "log_destination", "logging_collector",
        "port", "unix_socket_directories", "unix_socket_group", "unix_socket_permissions", "fsync", "full_page_writes", "synchronous_commit",
    ];

    /// <summary>
    /// The directory that holds the cluster, its socket, its log and the owner file; always absolute once assigned.
    /// It must be empty, missing or made by an earlier start: nothing else is ever taken over.
    /// </summary>
    public string DataDirectory { get; set => field = Path.GetFullPath(value); } = Path.GetFullPath(Path.Combine(".data", "postgres"));

    /// <summary>The folder of <c>initdb</c>, <c>postgres</c> and <c>pg_ctl</c>; when set, no other place is searched.</summary>
    public string? BinDirectory { get; set; }

    /// <summary>The value of PATH. The caller passes it in, because only configuration may read the environment.</summary>
    public string? SearchPath { get; set; }

    /// <summary>False switches fsync and synchronous commit off: for tests only, a power cut then loses or corrupts the data.</summary>
    public bool Durable { get; set; } = true;

    /// <summary>Further server settings (<c>work_mem</c> = <c>16MB</c>); they win over the defaults of this class's owner.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The settings the server is started with: defaults for one small box, then <see cref="Settings"/>, then what must not change.</summary>
    /// <exception cref="InvalidOperationException">A setting would open the cluster to others or hide it from the host.</exception>
    public IReadOnlyDictionary<string, string> ServerSettings()
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["shared_buffers"] = "256MB",
            // Room between checkpoints: after each one, every page is written to the log whole once more.
            ["max_wal_size"] = "4GB",
            ["max_connections"] = "100",
            ["wal_compression"] = "on",
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
            ["log_line_prefix"] = "%m [%p] ",
            // DETAIL lines quote row values, and the log must never hold them.
            ["log_error_verbosity"] = "terse",
        };
        foreach (var (name, value) in Settings)
        {
            if (Reserved.Contains(name, StringComparer.OrdinalIgnoreCase))
                throw new InvalidOperationException($"The setting {name} of the embedded PostgreSQL belongs to the host and cannot be changed.");
            settings[name.ToLowerInvariant()] = value;
        }

        settings["synchronous_commit"] = Durable ? "on" : "off";
        settings["fsync"] = Durable ? "on" : "off";
        settings["full_page_writes"] = Durable ? "on" : "off";
        settings["listen_addresses"] = "";
        settings["port"] = PostgresSocket.Port;
        settings["unix_socket_permissions"] = "0700";
        settings["log_destination"] = "stderr";
        settings["logging_collector"] = "off";
        return settings;
    }
}
