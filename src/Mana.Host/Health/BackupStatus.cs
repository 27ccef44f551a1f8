using System.Diagnostics.Metrics;
using System.Globalization;
using Mana.Kernel.Telemetry;

namespace Mana.Host.Health;

/// <summary>
/// What the nightly backup wrote down about itself (<c>BACKUP_STATUS_FILE</c>, made by <c>infra/backup/nightly</c>), as metrics of this host: the job runs
/// for minutes a day, and nobody could scrape it. A file that is missing or spoilt gives no figures, which an alert notices.
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
    ];

    readonly string? _file;

    public BackupStatus(IConfiguration configuration, IMeterFactory meters)
    {
        _file = configuration["Backup:StatusFile"];
        var meter = meters.ForModule("Backup");
        foreach (var (name, meaning) in Figures)
            meter.CreateObservableGauge(name, () => Read(name), description: meaning);
    }

    IEnumerable<Measurement<double>> Read(string name) => Lines()
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length == 2 && words[0] == name)
        .Select(words => double.TryParse(words[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : (double?)null)
        .OfType<double>().Take(1).Select(value => new Measurement<double>(value));

    string[] Lines()
    {
        try
        {
            return File.Exists(_file) && new FileInfo(_file).Length <= LargestBytes ? File.ReadAllLines(_file) : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
