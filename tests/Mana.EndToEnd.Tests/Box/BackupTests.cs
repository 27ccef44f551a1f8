using System.Net.Http.Json;
using Mana.EndToEnd.Tests.Crashes;
using Mana.Testing.Mail;
using Npgsql;

namespace Mana.EndToEnd.Tests.Box;

/// <summary>The operator's backups on a real PostgreSQL: made while people write, proven, and brought back on a server that knows nothing.</summary>
public sealed class BackupTests(PrivatePostgres postgres, ITestOutputHelper output) : IClassFixture<PrivatePostgres>, IAsyncLifetime
{
    const string Key = "a-service-key-for-backups";
    readonly string _folder = Directory.CreateTempSubdirectory("mana-backup-").FullName;

    public async ValueTask InitializeAsync() => await Script.SucceedAsync("infra/setup", [], _folder);

    [Fact]
    public async Task What_was_backed_up_under_load_comes_back_on_another_server_to_the_row()
    {
        var database = await postgres.CreateDatabaseAsync();
        string archive;
        string before;
        string email;
        string userId;
        long acknowledged;
        await using (var host = await HostProcess.StartAsync(database, ("MANA_SERVICE_KEY", Key), ("PROMO_BUDGET", "0")))
        {
            var person = await host.CreateAccountAsync();
            (email, userId) = (person.Email, person.UserId);
            var devices = new StubbornDevices(person);
            using var stop = new CancellationTokenSource();
            var booking = BookAsync(host, stop.Token);
            var playing = devices.PlayAsync(PushScript.Make(7));
            await Eventually.TrueAsync("Some pushes are acknowledged", () => devices.Acknowledged >= 100);
            acknowledged = devices.Acknowledged;
            archive = await Script.SucceedAsync("infra/backup/backup", Environment(database));
            output.WriteLine($"{acknowledged} pushes were acknowledged before the backup began, {devices.Acknowledged} when it was done.");
            Assert.InRange(devices.Acknowledged, acknowledged, PushScript.Pushes);
            await playing;
            await stop.CancelAsync();
            await booking;
            // On the same server, beside the live database, which has gone on.
            await Script.SucceedAsync("infra/backup/verify", Environment(database));
            Assert.Equal(0, await Stored.ScalarAsync<long>(database, "SELECT count(*) FROM pg_database WHERE datname LIKE 'mana_verify_%'"));
            before = await RolesAsync(database);
        }

        await using var other = new PrivatePostgres();
        await other.InitializeAsync();
        var restored = new NpgsqlConnectionStringBuilder(other.ConnectionString) { Database = "mana" }.ConnectionString;
        await Script.SucceedAsync("infra/backup/restore", Environment(restored), archive);
        Assert.Equal(before, await RolesAsync(restored));
        Assert.InRange(await Stored.ChangesOfAsync(restored, userId), acknowledged, PushScript.Pushes);
        Assert.True(await Stored.ScalarAsync<long>(restored, "SELECT count(*) FROM credits.postings") > 0);
        await using (var host = await HostProcess.StartAsync(restored))
        {
            var person = await Devices.Account.SignInAsync(host.CreateClient(), email);
            await Live.Wire.PushAsync(person.Http, "after", "after-the-restore");
            Assert.Equal(0, await host.TerminateAsync());
        }
    }

    [Fact]
    public async Task A_database_that_holds_something_is_replaced_only_when_told_and_kept_beside()
    {
        var database = await FilledAsync("one");
        var archive = await Script.SucceedAsync("infra/backup/backup", Environment(database));
        await ExecuteAsync(database, "UPDATE app.things SET name = 'two'");

        var (exit, _, said) = await Script.RunAsync("infra/backup/restore", Environment(database), archive);
        Assert.Equal(1, exit);
        Assert.Contains("--replace", said, StringComparison.Ordinal);
        Assert.Equal("two", await Stored.ScalarAsync<string>(database, "SELECT name FROM app.things"));

        await Script.SucceedAsync("infra/backup/restore", Environment(database), archive, "--replace");
        Assert.Equal("one", await Stored.ScalarAsync<string>(database, "SELECT name FROM app.things"));
        var name = new NpgsqlConnectionStringBuilder(database).Database;
        var kept = await Stored.ScalarAsync<string>(database, "SELECT datname FROM pg_database WHERE datname LIKE $1", name + "_before_%");
        Assert.Equal("two", await Stored.ScalarAsync<string>(new NpgsqlConnectionStringBuilder(database) { Database = kept }.ConnectionString, "SELECT name FROM app.things"));
    }

    [Theory]
    [InlineData("a byte of the dump")]
    [InlineData("a byte of the figures")]
    [InlineData("the end of the dump")]
    [InlineData("the dump of another day")]
    [InlineData("both of another day, renamed")]
    [InlineData("the key")]
    public async Task What_was_tampered_with_is_refused_and_nothing_is_touched(string what)
    {
        var database = await FilledAsync("mine");
        var environment = Environment(database);
        var archive = await Script.SucceedAsync("infra/backup/backup", environment);
        await ExecuteAsync(database, "UPDATE app.things SET name = 'yours'");
        var (dump, figures) = (archive + ".dump.age", archive + ".figures.age");
        if (what.EndsWith("another day", StringComparison.Ordinal) || what.StartsWith("both", StringComparison.Ordinal))
        {
            // The names hold seconds.
            await Eventually.TrueAsync("Another second", () => DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", System.Globalization.CultureInfo.InvariantCulture) != Path.GetFileName(archive)[5..]);
            var second = await Script.SucceedAsync("infra/backup/backup", environment);
            File.Copy(second + ".dump.age", dump, overwrite: true);
            if (what.StartsWith("both", StringComparison.Ordinal))
                File.Copy(second + ".figures.age", figures, overwrite: true);
        }
        else if (what == "the key")
        {
            File.Delete(Path.Combine(_folder, "secrets", "backup_key"));
            await Script.SucceedAsync("infra/setup", [], _folder);
        }
        else
        {
            var file = what.EndsWith("figures", StringComparison.Ordinal) ? figures : dump;
            var bytes = await File.ReadAllBytesAsync(file);
            bytes[^20] ^= 1;
            await File.WriteAllBytesAsync(file, what.StartsWith("the end", StringComparison.Ordinal) ? bytes[..^100] : bytes);
        }

        foreach (var (script, arguments) in new (string, string[])[] { ("infra/backup/verify", [archive]), ("infra/backup/restore", [archive, "--replace"]) })
        {
            var (exit, _, said) = await Script.RunAsync(script, environment, arguments);
            Assert.Equal(1, exit);
            Assert.Contains("Nothing was restored", said, StringComparison.Ordinal);
        }

        Assert.Equal("yours", await Stored.ScalarAsync<string>(database, "SELECT name FROM app.things"));
        var name = new NpgsqlConnectionStringBuilder(database).Database;
        Assert.Equal(0, await Stored.ScalarAsync<long>(database, "SELECT count(*) FROM pg_database WHERE datname LIKE 'mana_verify_%' OR datname LIKE $1 || '_%'", name!));
    }

    [Fact]
    public async Task The_night_writes_down_how_it_went_forgets_old_ones_and_sends_a_mail_when_it_failed()
    {
        var database = await FilledAsync("thing");
        await using var mail = await MailServer.StartAsync();
        (string, string)[] environment = [.. Environment(database), ("BACKUP_MAIL_TO", "operator@example.test"), ("MAIL_FROM", "Mana <noreply@example.test>"),
            ("SMTP_HOST", "127.0.0.1"), ("SMTP_PORT", $"{mail.Port}"), ("SMTP_STARTTLS", "false")];
        string[] old = ["mana-20200101T000000Z", "mana-20200102T000000Z"];
        foreach (var name in old)
            foreach (var part in (string[])[".dump.age", ".figures.age"])
                await File.WriteAllTextAsync(Path.Combine(Backups, name + part), "old");

        await Script.SucceedAsync("infra/backup/nightly", environment);
        var good = await StatusAsync();
        Assert.Equal("1", good["mana_backup_ok"]);
        Assert.Empty(mail.Mails);
        Assert.DoesNotContain(Directory.EnumerateFiles(Backups), file => file.Contains("mana-2020", StringComparison.Ordinal));

        Assert.Equal(1, (await Script.RunAsync("infra/backup/nightly", [.. environment, ("PGDATABASE", "nowhere")])).Exit);
        var bad = await StatusAsync();
        Assert.Equal(("0", good["mana_backup_last_success_timestamp_seconds"], good["mana_backup_last_verified_timestamp_seconds"]),
            (bad["mana_backup_ok"], bad["mana_backup_last_success_timestamp_seconds"], bad["mana_backup_last_verified_timestamp_seconds"]));
        await Eventually.TrueAsync("The mail is there", () => mail.Mails.Any());
        Assert.Equal(1, mail.AttemptsFor("operator@example.test"));

        await File.WriteAllTextAsync(Path.Combine(Backups, "status", "wal.prom"), "mana_wal_archived_until_timestamp_seconds 1795226241\n");
        await using var host = await HostProcess.StartAsync(await postgres.CreateDatabaseAsync(), ("BACKUP_STATUS_FILE", Path.Combine(Backups, "status", "backup.prom")));
        using var http = host.CreateClient();
        var metrics = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains("\nmana_backup_ok 0", metrics, StringComparison.Ordinal);
        Assert.Contains("\nmana_backup_last_verified_timestamp_seconds ", metrics, StringComparison.Ordinal);
        Assert.Contains("\nmana_wal_archived_until_timestamp_seconds 1795226241", metrics, StringComparison.Ordinal);
        // There is no archive of the log here, and nobody says that it is broken.
        Assert.DoesNotContain("mana_wal_ok", metrics, StringComparison.Ordinal);
    }

    string Backups => Path.Combine(_folder, "backups");

    (string, string)[] Environment(string database) =>
        [.. Script.Postgres(database), ("BACKUP_DIR", Backups), ("BACKUP_KEY_FILE", Path.Combine(_folder, "secrets", "backup_key"))];

    /// <summary>A small database, with one row and both roles.</summary>
    async Task<string> FilledAsync(string name)
    {
        var database = await postgres.CreateDatabaseAsync();
        await ExecuteAsync(database, $"CREATE SCHEMA app; CREATE TABLE app.things (id int PRIMARY KEY, name text); INSERT INTO app.things VALUES (1, '{name}')");
        return database;
    }

    static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    async Task<Dictionary<string, string>> StatusAsync() =>
        (await File.ReadAllLinesAsync(Path.Combine(Backups, "status", "backup.prom"))).Select(line => line.Split(' ')).ToDictionary(words => words[0], words => words[1]);

    static async Task<string> RolesAsync(string database) => (await Stored.ScalarAsync<string>(database, """
        SELECT string_agg(concat_ws(' ', rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin, rolconfig::text), E'\n' ORDER BY rolname)
        FROM pg_roles WHERE rolname LIKE 'mana\_%'
        """))!;

    /// <summary>Money moves meanwhile.</summary>
    static async Task BookAsync(HostProcess host, CancellationToken stop)
    {
        using var http = host.CreateClient();
        http.DefaultRequestHeaders.Add("X-Service-Key", Key);
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            using var answer = await http.PostAsJsonAsync("/api/v1/internal/credits/refund", new { userId = $"p{number % 5}", amount = 5, description = "load", idempotencyKey = $"r{number}" }, CancellationToken.None);
            Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
