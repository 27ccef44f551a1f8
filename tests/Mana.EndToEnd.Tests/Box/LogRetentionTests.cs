using System.Globalization;

namespace Mana.EndToEnd.Tests.Box;

/// <summary>What the archive of the log forgets, and what it never may. By names alone, so nothing is in these files.</summary>
public sealed class LogRetentionTests : IAsyncLifetime
{
    static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    readonly string _folder = Directory.CreateTempSubdirectory("mana-prune-").FullName;

    public async ValueTask InitializeAsync()
    {
        await Script.SucceedAsync("infra/setup", [], _folder);
        foreach (var part in (string[])["dump", "figures"])
            await File.WriteAllTextAsync(Path.Combine(_folder, "backups", $"mana-{Stamp(0)}.{part}.age"), "");
    }

    [Fact]
    public async Task Every_base_backup_that_a_moment_of_the_last_days_needs_stays_with_all_its_log_and_nothing_older()
    {
        var archive = Cluster("111");
        (int Days, int Segment)[] bases = [(40, 16), (20, 32), (10, 48), (0, 64)];
        foreach (var (days, segment) in bases)
            Base(archive, days, segment);
        foreach (var segment in Enumerable.Range(10, 90))
            Write(archive, Segment(segment) + ".age");
        Write(archive, Segment(100) + ".partial.age");
        Write(archive, "00000001.history.age");

        await PruneAsync();
        Assert.Equal([20, 10, 0], bases.Where(each => Directory.GetFiles(archive, $"base-{Stamp(each.Days)}-*").Length == 2).Select(each => each.Days));
        Assert.Equal(6, Directory.GetFiles(archive, "base-*").Length);
        // From the first segment of the oldest of them on, without a gap.
        Assert.Equal([.. Enumerable.Range(32, 68).Select(segment => Segment(segment) + ".age"), Segment(100) + ".partial.age"],
            Directory.GetFiles(archive, "00000001????????????????.*").Select(file => Path.GetFileName(file)!).Where(name => name.IndexOf('.', StringComparison.Ordinal) == 24).Order(StringComparer.Ordinal));
        Assert.Equal("", await MissingAsync(archive, Segment(32)));
        Assert.Equal(Segment(31)[8..], await MissingAsync(archive, Segment(31)));
        Assert.True(File.Exists(Path.Combine(archive, "00000001.history.age")));
    }

    [Fact]
    public async Task The_only_base_backup_stays_however_old_it_is()
    {
        var archive = Cluster("111");
        Base(archive, 300, 7);
        Write(archive, Segment(7) + ".age");
        await PruneAsync();
        Assert.Equal(3, Directory.GetFiles(archive).Length);
    }

    [Fact]
    public async Task A_cluster_that_was_given_up_goes_when_nobody_can_ask_for_its_moments_any_more()
    {
        Base(Cluster("333"), 0, 5);
        Base(Cluster("222"), 3, 5);
        Base(Cluster("111"), 30, 5);
        foreach (var file in Directory.GetFiles(Cluster("111")))
            File.SetLastWriteTimeUtc(file, Now.AddDays(-30).UtcDateTime);
        await PruneAsync();
        Assert.Equal(["222", "333"], Directory.GetDirectories(Path.Combine(_folder, "backups", "wal")).Select(Path.GetFileName).Order());
    }

    /// <summary>The segment that is being written is whole only at the end; in the middle the rest of it is missing.</summary>
    [Fact]
    public async Task A_gap_is_found_wherever_it_is()
    {
        var archive = Cluster("111");
        foreach (var segment in (int[])[254, 255, 256, 257])
            Write(archive, Segment(segment) + ".age");
        Write(archive, Segment(258) + ".partial.age");
        Assert.Equal("", await MissingAsync(archive, Segment(254)));
        Assert.Equal(Segment(253)[8..], await MissingAsync(archive, Segment(253)));
        Assert.Equal(Segment(259)[8..], await MissingAsync(archive, Segment(259)));
        Write(archive, Segment(259) + ".age");
        Assert.Equal(Segment(258)[8..], await MissingAsync(archive, Segment(254)));
        File.Delete(Path.Combine(archive, Segment(255) + ".age"));
        Assert.Equal(Segment(255)[8..], await MissingAsync(archive, Segment(254)));
        // Another timeline went on from the middle of a segment.
        Write(archive, "00000002" + Segment(255)[8..] + ".age");
        Assert.Equal(Segment(258)[8..], await MissingAsync(archive, Segment(254)));
    }

    (string, string)[] Environment => [("BACKUP_DIR", Path.Combine(_folder, "backups")), ("BACKUP_KEY_FILE", Path.Combine(_folder, "secrets", "backup_key")), ("BACKUP_WAL_DAYS", "14")];

    Task PruneAsync() => Script.SucceedAsync("infra/backup/prune", Environment);

    Task<string> MissingAsync(string archive, string from) =>
        Script.SucceedAsync("/bin/bash", Environment, "-c", $"set -euo pipefail; . {Script.Root}/infra/backup/common; . {Script.Root}/infra/backup/archive; missing {archive} {from}");

    string Cluster(string identifier) => Directory.CreateDirectory(Path.Combine(_folder, "backups", "wal", identifier)).FullName;

    static void Base(string archive, int days, int segment)
    {
        foreach (var part in (string[])["tar", "facts"])
            Write(archive, $"base-{Stamp(days)}-{Segment(segment)}.{part}.age");
    }

    static void Write(string archive, string name) => File.WriteAllText(Path.Combine(archive, name), "");

    /// <summary>Of timeline 1; 256 of them share a number.</summary>
    static string Segment(int number) => string.Create(CultureInfo.InvariantCulture, $"00000001{number / 256:X8}{number % 256:X8}");

    static string Stamp(int days) => Now.AddDays(-days).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
