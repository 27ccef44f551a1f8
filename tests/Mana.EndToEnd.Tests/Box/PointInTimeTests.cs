using System.Diagnostics;
using System.Globalization;
using System.Text;
using Mana.Testing.Mail;
using Npgsql;

namespace Mana.EndToEnd.Tests.Box;

/// <summary>The archive of the log on a real PostgreSQL: followed under load, and all of it, or all until a moment, brought back after server and files are gone.</summary>
public sealed class PointInTimeTests(ITestOutputHelper output) : IAsyncLifetime
{
    readonly string _folder = Directory.CreateTempSubdirectory("mana-wal-").FullName;
    readonly StringBuilder _said = new();
    BoxPostgres _postgres = null!;
    Process? _wal;

    public async ValueTask InitializeAsync()
    {
        await Script.SucceedAsync("infra/setup", [], _folder);
        // PostgreSQL's own user must reach what is restored in here.
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_001_001);
        Directory.CreateDirectory(Path.Combine(_folder, "spool"));
        _postgres = await BoxPostgres.StartAsync();
        await ExecuteAsync("CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL)");
        await Script.SucceedAsync("infra/backup/role", Environment());
    }

    [Fact]
    public async Task What_was_archived_comes_back_whole_or_until_a_moment_after_the_server_and_its_files_are_gone()
    {
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 2).Select(_ => WriteAsync(stop.Token)).ToList();
        FollowTheLog();
        await Eventually.TrueAsync("A base backup is made under load", () => Files("base-*.facts.age").Length == 1, 60);
        var during = await CountAsync();
        await ExecuteAsync("SELECT pg_switch_wal()");
        await Eventually.TrueAsync("More is written", async () => await CountAsync() > during + 100);
        await stop.CancelAsync();
        var acknowledged = (await Task.WhenAll(writers)).Sum();
        await ExecuteAsync("INSERT INTO notes (text) VALUES ('first')");
        var moment = await Stored.ScalarAsync<string>(_postgres.ConnectionString, "SELECT clock_timestamp()::text");
        await ExecuteAsync("INSERT INTO notes (text) VALUES ('second')");
        await ArchivedAsync();
        await Script.SucceedAsync("infra/backup/chain", Environment());
        var hash = await Script.SucceedAsync("/bin/bash", Environment(), "-c", $". {Script.Root}/infra/backup/common; figures | sha256sum | cut -c1-16");
        output.WriteLine($"{acknowledged} rows were acknowledged, {during} of them before the base backup was done.");
        Kill();
        await _postgres.LoseAsync();

        var (whole, half) = (Path.Combine(_folder, "whole"), Path.Combine(_folder, "half"));
        var latest = Script.RunAsync("infra/backup/restore", Environment(), "--latest", "--into", whole);
        var until = Script.RunAsync("infra/backup/restore", Environment(), "--at", moment!, "--into", half);
        var (exit, _, said) = await latest;
        Assert.True(exit == 0, said);
        Assert.Contains($"{acknowledged + 2} rows, ledger sound, hash of all {hash}", said, StringComparison.Ordinal);
        (exit, _, said) = await until;
        Assert.True(exit == 0, said);
        Assert.Contains($"{acknowledged + 1} rows", said, StringComparison.Ordinal);

        // It is a server, of the old roles and passwords; nothing of the way it was made is left in it; and the archive goes on from it.
        await _postgres.StartAsync(half);
        Assert.Equal("first", await Stored.ScalarAsync<string>(_postgres.ConnectionString, "SELECT string_agg(text, ' ') FROM notes WHERE text IN ('first', 'second')"));
        Assert.Equal("", await Stored.ScalarAsync<string>(_postgres.ConnectionString, "SHOW restore_command"));
        FollowTheLog();
        await Eventually.TrueAsync("A base backup of the new way is made", () => Files("base-*-00000002*.facts.age").Length == 1, 60);
        await ExecuteAsync("INSERT INTO notes (text) VALUES ('third')");
        await ArchivedAsync();
        Assert.Contains("Unbroken from base-", (await Script.RunAsync("infra/backup/chain", Environment())).Said, StringComparison.Ordinal);
        (exit, _, said) = await Script.RunAsync("infra/backup/prove", Environment());
        Assert.True(exit == 0 && said.Contains($"{acknowledged + 2} rows", StringComparison.Ordinal), said);
        Assert.Empty(Directory.GetDirectories(Path.Combine(_folder, "spool"), "prove"));
    }

    [Fact]
    public async Task A_gap_a_stranger_s_key_and_a_folder_that_holds_something_are_refused_and_the_night_tells_of_a_gap()
    {
        FollowTheLog();
        await Eventually.TrueAsync("A base backup is made", () => Files("base-*.facts.age").Length == 1, 60);
        for (var number = 0; number < 3; number++)
            await ExecuteAsync("INSERT INTO notes (text) VALUES ('kept'); SELECT pg_switch_wal()");
        var archived = await Stored.ScalarAsync<string>(_postgres.ConnectionString, "SELECT clock_timestamp()::text");
        await ArchivedAsync();
        await using var mail = await MailServer.StartAsync();
        (string, string)[] environment = [.. Environment(), ("BACKUP_MAIL_TO", "operator@example.test"), ("MAIL_FROM", "Mana <noreply@example.test>"), ("SMTP_HOST", "127.0.0.1"),
            ("SMTP_PORT", $"{mail.Port}"), ("SMTP_STARTTLS", "false")];
        await Script.SucceedAsync("infra/backup/nightly", environment);
        Assert.Equal("1", (await StatusAsync("backup.prom"))["mana_wal_ok"]);
        Assert.Empty(mail.Mails);
        Kill();

        var target = Path.Combine(_folder, "restored");
        Directory.CreateDirectory(target);
        await File.WriteAllTextAsync(Path.Combine(target, "PG_VERSION"), "15");
        Assert.Contains("Nothing is ever overwritten", await RefusedAsync(target), StringComparison.Ordinal);
        Assert.Equal(["PG_VERSION"], Directory.GetFileSystemEntries(target).Select(Path.GetFileName));
        File.Delete(Path.Combine(target, "PG_VERSION"));

        var key = Path.Combine(_folder, "secrets", "backup_key");
        var mine = await File.ReadAllTextAsync(key);
        File.Delete(key);
        await Script.SucceedAsync("infra/setup", [], _folder);
        Assert.Contains("belongs to another key", await RefusedAsync(target), StringComparison.Ordinal);
        await File.WriteAllTextAsync(key, mine);

        // The second segment after the base backup: one byte of it another, then gone.
        var first = Path.GetFileName(Assert.Single(Files("base-*.facts.age"))).Split('-', '.')[2];
        var segments = Files("0000*.age").Where(file => Path.GetFileName(file).Length == 28 && string.CompareOrdinal(Path.GetFileName(file), first) > 0).Order(StringComparer.Ordinal).ToList();
        var bytes = await File.ReadAllBytesAsync(segments[1]);
        bytes[^20] ^= 1;
        await File.WriteAllBytesAsync(segments[1], bytes);
        Assert.Contains(Path.GetFileName(segments[1]) + " was changed", await RefusedAsync(target), StringComparison.Ordinal);
        File.Delete(segments[1]);
        var lost = Path.GetFileName(segments[1])[8..24];
        Assert.Contains($"segment {lost} is missing", await RefusedAsync(target), StringComparison.Ordinal);
        // A moment after the gap is not taken for one after which nobody wrote.
        var (exit, _, said) = await Script.RunAsync("infra/backup/restore", Environment(), "--at", archived!, "--into", target);
        Assert.True(exit == 1 && said.Contains($"segment {lost} is missing. ", StringComparison.Ordinal) && said.Contains("That was before", StringComparison.Ordinal), said);
        Assert.Empty(Directory.GetFileSystemEntries(target));

        Assert.Equal(1, (await Script.RunAsync("infra/backup/nightly", environment)).Exit);
        var night = await StatusAsync("backup.prom");
        Assert.Equal(("1", "0"), (night["mana_backup_ok"], night["mana_wal_ok"]));
        await Eventually.TrueAsync("The mail is there", () => mail.Mails.Any());
        Assert.Equal(1, mail.AttemptsFor("operator@example.test"));
    }

    (string, string)[] Environment(string user = "mana") =>
    [
        .. Script.Postgres(_postgres.ConnectionString), ("PGUSER", user), ("BACKUP_DIR", Path.Combine(_folder, "backups")), ("BACKUP_KEY_FILE", Path.Combine(_folder, "secrets", "backup_key")),
        ("WAL_PASSWORD_FILE", Path.Combine(_folder, "secrets", "replication_password")), ("BACKUP_SPOOL", Path.Combine(_folder, "spool")), ("BACKUP_WAL_SECONDS", "1"),
    ];

    /// <summary>Of the one cluster's archive, once there is one.</summary>
    string[] Files(string pattern) =>
        new DirectoryInfo(Path.Combine(_folder, "backups", "wal")) is { Exists: true } archive && archive.GetDirectories() is [var cluster] ? [.. cluster.GetFiles(pattern).Select(file => file.FullName)] : [];

    /// <summary>The container wal: a role that may only replicate, and not the superuser's password.</summary>
    void FollowTheLog()
    {
        var start = new ProcessStartInfo(Path.Combine(Script.Root, "infra/backup/wal")) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in Environment("mana_wal"))
            start.Environment[name] = value;
        start.Environment.Remove("PGPASSWORD");
        start.Environment["PGPASSWORD_FILE"] = Path.Combine(_folder, "secrets", "replication_password");
        _wal = Process.Start(start)!;
        _wal.ErrorDataReceived += (_, line) => { lock (_said) _said.AppendLine(line.Data); };
        _wal.BeginErrorReadLine();
        _wal.BeginOutputReadLine();
    }

    /// <summary>kill -9, at whatever it is doing.</summary>
    void Kill()
    {
        _wal?.Kill(entireProcessTree: true);
        _wal?.WaitForExit();
        _wal = null;
    }

    /// <summary>Everything that was committed until now is in the archive.</summary>
    async Task ArchivedAsync()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        await Eventually.TrueAsync("The log is archived", async () => long.Parse((await StatusAsync("wal.prom"))["mana_wal_archived_until_timestamp_seconds"], CultureInfo.InvariantCulture) > now);
    }

    async Task<Dictionary<string, string>> StatusAsync(string file) =>
        (await File.ReadAllLinesAsync(Path.Combine(_folder, "backups", "status", file))).Select(line => line.Split(' ')).ToDictionary(words => words[0], words => words[1]);

    async Task<string> RefusedAsync(string target)
    {
        var (exit, _, said) = await Script.RunAsync("infra/backup/restore", Environment(), "--latest", "--into", target);
        Assert.Equal(1, exit);
        return said;
    }

    /// <summary>One row after another; how many were acknowledged.</summary>
    async Task<int> WriteAsync(CancellationToken stop)
    {
        await using var connection = new NpgsqlConnection(_postgres.ConnectionString);
        await connection.OpenAsync(CancellationToken.None);
        await using var insert = new NpgsqlCommand("INSERT INTO notes (text) VALUES ('load')", connection);
        var written = 0;
        for (; !stop.IsCancellationRequested; written++)
            await insert.ExecuteNonQueryAsync(CancellationToken.None);
        return written;
    }

    Task<long> CountAsync() => Stored.ScalarAsync<long>(_postgres.ConnectionString, "SELECT count(*) FROM notes");

    async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_postgres.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        lock (_said)
            output.WriteLine($"wal: {_said}");
        await _postgres.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
