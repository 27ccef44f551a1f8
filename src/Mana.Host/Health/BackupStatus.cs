using System.Diagnostics.Metrics;
using System.Globalization;
using Mana.Kernel.Telemetry;

namespace Mana.Host.Health;

/// <summary>
/// What the nightly backup wrote down about itself (<c>BACKUP_STATUS_FILE</c>, made by <c>infra/backup/nightly</c>) and, beside it, what archives the log
/// (<c>wal.prom</c>, by <c>infra/backup/wal</c>), as metrics of this host: nobody could scrape them. A file that is missing or spoilt gives no figures, which
/// an alert notices.
/// </summary>
internal sealed class BackupStatus
{
    const int LargestBytes = 16 * 1024;

    /// <summary>Name and meaning; other lines of the file are left alone.</summary>
    static readonly (string Name, string Meaning)[] Figures =
    [
        ("mana_backup_ok", "1: the last run made a backup and restored it to equal figures; 0: it did not"),
        ("mana_backup_last_run_timestamp_seconds", "When the last run ended, whatever became of it"),
        ("mana_backup_last_success_timestamp_seconds", "When a backup was last made"),
        ("mana_backup_last_verified_timestamp_seconds", "When a backup was last restored and found equal"),
        ("mana_backup_bytes", "Size of the last backup"),
        ("mana_backup_duration_seconds", "How long making it took"),
        ("mana_backup_verify_duration_seconds", "How long restoring and comparing it took"),
        ("mana_wal_archived_until_timestamp_seconds", "Everything that was committed until then is in the archive of the log"),
        ("mana_wal_base_timestamp_seconds", "When the newest base backup was made"),
        ("mana_wal_ok", "1: the last run found the archive of the log unbroken and young, and restored it; 0: it did not"),
        ("mana_wal_last_proven_timestamp_seconds", "When base backup and log were last restored"),
        ("mana_wal_prove_duration_seconds", "How long that took"),
    ];

    readonly string[] _files;

    public BackupStatus(IConfiguration configuration, IMeterFactory meters)
    {
        _files = configuration["Backup:StatusFile"] is { Length: > 0 } file ? [file, Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, "wal.prom")] : [];
        var meter = meters.ForModule("Backup");
        foreach (var (name, meaning) in Figures)
            meter.CreateObservableGauge(name, () => Read(name), description: meaning);
    }

    IEnumerable<Measurement<double>> Read(string name) => _files.SelectMany(Lines)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length == 2 && words[0] == name)
        .Select(words => double.TryParse(words[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : (double?)null)
        .OfType<double>().Take(1).Select(value => new Measurement<double>(value));

    static string[] Lines(string file)
    {
        try
        {
            return File.Exists(file) && new FileInfo(file).Length <= LargestBytes ? File.ReadAllLines(file) : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
