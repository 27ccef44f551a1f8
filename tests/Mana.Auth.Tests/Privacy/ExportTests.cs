using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Mana.Auth.Privacy;
using Mana.Auth.Tests.Vault;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Privacy;

/// <summary>auth.md 19.2.</summary>
public sealed class ExportTests(PrivacyWorld world) : IClassFixture<PrivacyWorld>
{
    const string Json = "/api/v1/me/data/export";
    const string Archive = "/api/v1/me/data/archive";

    /// <summary>Everything in the database that must never leave it, as it could show up in a text.</summary>
    const string Secrets = """
        SELECT password_hash FROM auth.users WHERE id = $1 UNION ALL SELECT security_stamp FROM auth.users WHERE id = $1
        UNION ALL SELECT unnest(ARRAY[encode(token_hash, 'hex'), encode(token_hash, 'base64')]) FROM auth.sessions WHERE user_id = $1
        UNION ALL SELECT unnest(ARRAY[encode(t.token_hash, 'hex'), encode(t.token_hash, 'base64')]) FROM auth.refresh_tokens t JOIN auth.sessions s ON s.id = t.session_id WHERE s.user_id = $1
        UNION ALL SELECT unnest(ARRAY[encode(token_hash, 'hex'), encode(token_hash, 'base64')]) FROM auth.verification_tokens WHERE user_id = $1
        UNION ALL SELECT key_hash FROM auth.api_keys WHERE user_id = $1
        UNION ALL SELECT unnest(ARRAY[wrapped_mk, wrap_iv, recovery_wrapped_mk, encode(mk_check, 'base64'), encode(mk_check, 'hex')]) FROM auth.encryption_vaults WHERE user_id = $1
        """;

    [Fact]
    public async Task Scenario_71_the_export_is_an_attachment_with_everything_and_without_secrets()
    {
        var person = await RichPersonAsync();
        using var answer = await SendAsync(Json, person);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        var disposition = answer.Content.Headers.ContentDisposition!;
        Assert.Equal(("attachment", $"meine-daten-{world.Clock.GetUtcNow():yyyy-MM-dd}.json"), (disposition.DispositionType, disposition.FileName?.Trim('"')));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Contains("\n", text, StringComparison.Ordinal);
        var root = JsonDocument.Parse(text).RootElement;
        Assert.Equal(["exportedAt", "exportVersion", "data", "details"], root.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("2.0", person.Email), (root.GetProperty("exportVersion").GetString(), root.GetProperty("data").GetProperty("user").GetProperty("email").GetString()));
        var details = root.GetProperty("details");
        foreach (var (key, members) in ((string, string[])[])
                 [
                     ("sessions", ["id", "createdAt", "expiresAt", "ipAddress", "deviceName", "lastActivityAt", "revokedAt"]), ("apiKeys", ["id", "name", "keyPrefix", "scopes", "createdAt"]),
                     ("securityEvents", ["eventType", "ipAddress", "createdAt"]), ("securityLog", ["id", "metadata", "userAgent"]), ("memberships", ["organizationId", "organizationName", "role"]),
                     ("personalSpaces", ["slug"]), ("vault", ["zeroKnowledge", "hasRecoveryWrap"]), ("vaultAudit", ["action", "status"]), ("missionGrants", ["missionId", "tables"]),
                     ("mailedLinks", ["purpose", "address"]), ("loginAttempts", ["method", "attemptedAt"]), ("account", ["onboardingCompletedAt", "image"]),
                 ])
        {
            var rows = details.GetProperty(key);
            Assert.True(rows.GetArrayLength() > 0, key);
            Assert.All(members, member => Assert.True(rows[0].TryGetProperty(member, out _), $"{key}.{member}"));
        }

        Assert.Equal("[]", details.GetProperty("passkeys").GetRawText());
        await AssertNoSecretsAsync(person, text);
        Assert.Contains(await world.EventsAsync(person.UserId), entry => entry.Type == "data_exported");
    }

    [Fact]
    public async Task Scenario_71_the_archive_holds_a_file_of_every_module_and_no_secrets()
    {
        var person = await RichPersonAsync();
        using var answer = await SendAsync(Archive, person);
        Assert.Equal(("application/zip", "attachment"), (answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.ContentDisposition?.DispositionType));
        await using var zip = new ZipArchive(new MemoryStream(await answer.Content.ReadAsByteArrayAsync()));
        Assert.Equal(["data.json", "calendar.json", "credits.json", "feedback.json", "gadget.json", "notifications.json", "payments.json", "reminders.json", "subscriptions.json", "sync.json", "users.json"], zip.Entries.Select(entry => entry.FullName));
        var files = zip.Entries.ToDictionary(entry => entry.FullName, Read);
        Assert.All(files.Values, text => JsonDocument.Parse(text));
        Assert.Contains(person.Email, files["data.json"], StringComparison.Ordinal);
        Assert.Contains("\"Brot\"", files["sync.json"], StringComparison.Ordinal);
        await AssertNoSecretsAsync(person, string.Concat(files.Values));
    }

    [Fact]
    public async Task Scenario_71_the_archive_begins_before_it_ends()
    {
        var person = await world.PersonAsync();
        var (reached, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        world.Gadget.Exporting = async (user, output) =>
        {
            if (user != person.UserId)
                return;
            await output.WriteAsync("[\""u8.ToArray());
            await output.FlushAsync();
            reached.SetResult();
            await go.Task;
            await output.WriteAsync("\"]"u8.ToArray());
        };
        using var answer = await SendAsync(Archive, person);
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await using var content = await answer.Content.ReadAsStreamAsync();
        var first = new byte[4];
        await content.ReadExactlyAsync(first);
        Assert.Equal("PK\u0003\u0004"u8.ToArray(), first);
        Assert.False(go.Task.IsCompleted);
        go.SetResult();
        using var rest = new MemoryStream();
        await rest.WriteAsync(first);
        await content.CopyToAsync(rest);
        await using var zip = new ZipArchive(rest);
        Assert.Equal("[\"\"]", Read(zip.GetEntry("gadget.json")!));
        world.Gadget.Exporting = null;
    }

    [Fact]
    public async Task Scenario_71_much_data_is_written_in_small_pieces()
    {
        var person = await world.PersonAsync();
        await world.PushAsync(person, PrivacyWorld.Insert("t1"));
        await world.ScalarAsync("""
            INSERT INTO sync.records (scope_id, author_id, app_id, table_name, record_id, state, last_seq, deleted, partial, private)
            SELECT r.scope_id, r.author_id, r.app_id, r.table_name, 'bulk-' || n, replace(r.state::text, 'Milch', (SELECT string_agg(md5(n || '-' || k), '') FROM generate_series(1, 16) k))::json, r.last_seq + 2 * n, false, false, false
            FROM sync.records r, generate_series(1, 20000) n WHERE r.record_id = 't1' AND r.author_id = (SELECT id FROM sync.scopes WHERE name = 'user:' || $1)
            """, person.UserId);
        using var probe = new Probe();
        await using (var scope = world.Host.Services.CreateAsyncScope())
        {
            var summary = await scope.ServiceProvider.GetRequiredService<DataOverview>().OfAsync(person.UserId, default);
            await scope.ServiceProvider.GetRequiredService<DataExport>().WriteArchiveAsync(summary!, probe, default);
        }

        Assert.True(probe.Written.Length > 4_000_000, $"{probe.Written.Length} bytes");
        Assert.True(probe.Largest < 1_000_000, $"{probe.Largest} bytes at once");
        await using var zip = new ZipArchive(probe.Written);
        Assert.Equal(20001, JsonDocument.Parse(Read(zip.GetEntry("sync.json")!)).RootElement.GetProperty("records").EnumerateArray().Count(record => record.GetProperty("table").GetString() == "tasks"));
    }

    [Fact]
    public async Task An_archive_with_a_module_missing_is_no_archive()
    {
        var person = await world.PersonAsync();
        world.Gadget.Exporting = (user, _) => user == person.UserId ? throw new InvalidOperationException("broken") : Task.CompletedTask;
        var received = new MemoryStream();
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            using var answer = await SendAsync(Archive, person);
            await answer.Content.CopyToAsync(received);
        });
        await Assert.ThrowsAnyAsync<InvalidDataException>(async () => await ZipArchive.CreateAsync(received, ZipArchiveMode.Read, false, null));
        world.Gadget.Exporting = null;
    }

    [Fact]
    public async Task Scenario_71_who_signed_in_long_ago_proves_it_again()
    {
        var person = await world.PersonAsync();
        world.Clock.Advance(TimeSpan.FromMinutes(16));
        person = await world.RefreshedAsync(person);
        foreach (var path in (string[])[Json, Archive])
            (await world.GetAsync(path, person)).IsRefused(403, "STEP_UP_REQUIRED");
        var renewed = (await world.PostAsync("/api/v1/auth/step-up", person, new { password = AuthApi.Password })).IsOk()["accessToken"]!;
        using var answer = await SendAsync(Json, person with { Token = renewed });
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(401, (await world.GetAsync(Json, null)).Status);
    }

    async Task<Person> RichPersonAsync()
    {
        var person = await world.PersonAsync();
        Assert.Equal(201, (await world.PostAsync("/api/v1/api-keys", person, new { name = "Büro" })).Status);
        await new VaultApi(world, person).NewKeyAsync();
        (await world.PostAsync("/api/v1/me/ai-mission-grant", person, new { missionId = "m", tables = new[] { "notes" }, recordIds = new[] { "notes:1" } })).IsOk();
        Assert.Equal(401, (await world.Api.LoginAsync(person.Email, "Falsch-Pferd-9")).Status);
        await world.PushAsync(person, PrivacyWorld.Insert("t1", title: "Brot"));
        await world.SpaceAsync(person);
        (await world.Api.PostAsync("forgot-password", new { email = person.Email })).IsOk();
        await world.Host.DrainAsync();
        await world.FlushAsync();
        return person;
    }

    async Task AssertNoSecretsAsync(Person person, string text)
    {
        var secrets = (await world.RowsAsync(Secrets, person.UserId)).Select(row => (string?)row[0]).Where(secret => secret is not null).ToList();
        Assert.True(secrets.Count >= 10, $"{secrets.Count} secrets");
        foreach (var secret in secrets)
            Assert.DoesNotContain(secret!, text, StringComparison.Ordinal);
        foreach (var word in (string[])["hash", "secret", "passwordHash", person.RefreshToken, person.Token, "securityStamp", "wrapped"])
            Assert.DoesNotContain(word, text, StringComparison.OrdinalIgnoreCase);
    }

    async Task<HttpResponseMessage> SendAsync(string path, Person person)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", person.Token) } };
        return await world.Host.CreateClient().SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    static string Read(ZipArchiveEntry entry)
    {
        using var reader = new StreamReader(entry.Open(), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>What a connection sees: it cannot seek, and nobody writes to it but asynchronously.</summary>
    sealed class Probe : Stream
    {
        public MemoryStream Written { get; } = new();

        public int Largest { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Largest = Math.Max(Largest, buffer.Length);
            await Written.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("A thread would wait for the network.");

        public override void Flush() => throw new InvalidOperationException("A thread would wait for the network.");

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
