using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mana.Notifications.Contracts;
using Mana.Notifications.Push;
using Mana.Testing.Push;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Notifications.Tests.Push;

/// <summary>Subscriptions, webhooks and what becomes of a message, over real sockets.</summary>
public sealed class ChannelTests(ChannelTests.World world) : IClassFixture<ChannelTests.World>
{
    const string Payload = """{"v":1,"title":"Milch"}""";

    INotificationChannels Channels => world.Host.Services.GetRequiredService<INotificationChannels>();

    [Fact]
    public async Task Scenario_RM27_a_webhook_is_signed_and_does_not_lead_inside()
    {
        using var person = await world.PersonAsync("hook-1");
        foreach (var inside in (string[])["http://localhost/x", "https://127.0.0.2/x", "https://10.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/", "ftp://example.com/x", "https://user:pass@example.com/", "https://example.com:22/", "https://printer.local/"])
        {
            using var refused = await person.PostAsJsonAsync("/api/v1/webhooks/endpoints", new { url = inside });
            Assert.Equal((HttpStatusCode.BadRequest, "URL_NOT_ALLOWED"), (refused.StatusCode, (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()));
        }

        using var created = await person.PostAsJsonAsync("/api/v1/webhooks/endpoints", new { url = world.Receiver.Address + "/hook/1" });
        var endpoint = await created.Content.ReadFromJsonAsync<JsonElement>();
        var secret = Convert.FromBase64String(endpoint.GetProperty("secret").GetString()!["whsec_".Length..]);
        Assert.Equal(32, secret.Length);
        var listed = (await person.GetFromJsonAsync<JsonElement>("/api/v1/webhooks/endpoints")).GetProperty("endpoints")[0];
        Assert.Equal(JsonValueKind.Null, listed.GetProperty("secret").ValueKind);

        Assert.IsType<ChannelResult.Sent>(await SendAsync("hook-1", Channel.Webhook, endpoint.GetProperty("id").GetGuid(), "key-of-at-least-32-characters-00001"));
        var request = world.Receiver.At("/hook/1").Single();
        Assert.Equal(Payload, request.Text);
        Assert.Equal(request.Headers["webhook-id"], request.Headers["Idempotency-Key"]);
        var signed = Encoding.UTF8.GetBytes($"{request.Headers["webhook-id"]}.{request.Headers["webhook-timestamp"]}.{request.Text}");
        Assert.Equal("v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, signed)), request.Headers["webhook-signature"]);

        world.Receiver.Redirect("/hook/1", "http://127.0.0.1:1/inside");
        Assert.Equal(new ChannelResult.Dead("302"), await SendAsync("hook-1", Channel.Webhook, endpoint.GetProperty("id").GetGuid(), "key-of-at-least-32-characters-00002"));
    }

    [Fact]
    public async Task A_name_that_leads_inside_is_refused_when_it_is_called()
    {
        // The name was public when it was registered; now it stands for the machine itself.
        var id = Guid.NewGuid();
        await world.ScalarAsync("INSERT INTO notify.webhook_endpoints (id, user_id, url, enabled, created_at, failures) VALUES ($1, 'hook-2', 'http://localhost:1/x', true, now(), 0)", id);
        Assert.Equal(new ChannelResult.Later("unreachable", null), await SendAsync("hook-2", Channel.Webhook, id, "key-of-at-least-32-characters-00003"));
    }

    [Fact]
    public async Task An_endpoint_that_fails_twenty_times_in_a_row_is_switched_off()
    {
        var id = Guid.NewGuid();
        await world.ScalarAsync("INSERT INTO notify.webhook_endpoints (id, user_id, url, enabled, created_at, failures) VALUES ($1, 'hook-3', $2, true, now(), 0)", id, world.Receiver.Address + "/hook/3");
        world.Receiver.Script("/hook/3", [.. Enumerable.Repeat((500, (string?)null), 19), (200, null), (500, null)]);
        for (var i = 0; i < 20; i++)
            await SendAsync("hook-3", Channel.Webhook, id, "key-of-at-least-32-characters-00004");
        Assert.Equal("0", await world.ScalarAsync("SELECT failures::text FROM notify.webhook_endpoints WHERE id = $1", id));
        for (var i = 0; i < 20; i++)
            await SendAsync("hook-3", Channel.Webhook, id, "key-of-at-least-32-characters-00005");
        Assert.Equal("false", await world.ScalarAsync("SELECT enabled::text FROM notify.webhook_endpoints WHERE id = $1", id));
        Assert.Equal(new ChannelResult.Dead("no_endpoint"), await SendAsync("hook-3", Channel.Webhook, id, "key-of-at-least-32-characters-00006"));
        Assert.Equal(40, world.Receiver.At("/hook/3").Count);
    }

    [Theory]
    [InlineData("https://127.0.0.2/push", null, null, "URL_NOT_ALLOWED")]
    [InlineData("http://push.example.com/x", null, null, "URL_NOT_ALLOWED")]
    [InlineData("no url", null, null, "VALIDATION")]
    [InlineData(null, "AAAA", null, "VALIDATION")]
    [InlineData(null, null, "AAAA", "VALIDATION")]
    public async Task What_is_no_subscription_is_refused(string? endpoint, string? p256dh, string? auth, string code)
    {
        using var person = await world.PersonAsync("nobody");
        using var browser = world.Receiver.NewBrowser();
        using var refused = await person.PostAsJsonAsync("/api/v1/push/subscriptions", new { endpoint = endpoint ?? browser.Endpoint, keys = new { p256dh = p256dh ?? browser.P256dh, auth = auth ?? browser.Auth } });
        Assert.Equal((HttpStatusCode.BadRequest, code), (refused.StatusCode, (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_browser_goes_with_whoever_signs_in_and_can_be_tried_and_removed()
    {
        using var first = await world.PersonAsync("browser-1");
        using var second = await world.PersonAsync("browser-2");
        using var browser = world.Receiver.NewBrowser();
        Assert.Equal(PushSettings.PublicKey, (await first.GetFromJsonAsync<JsonElement>("/api/v1/push/vapid-public-key")).GetProperty("publicKey").GetString());
        Assert.Equal(HttpStatusCode.Created, (await first.PostAsJsonAsync("/api/v1/push/subscriptions", browser.Subscription)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await first.PostAsJsonAsync("/api/v1/push/subscriptions", browser.Subscription)).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await second.PostAsJsonAsync("/api/v1/push/subscriptions", browser.Subscription)).StatusCode);
        Assert.Empty(await Channels.TargetsAsync(["browser-1"], default));

        using var tried = await second.PostAsync("/api/v1/notifications/test", null);
        Assert.Equal("sent", (await tried.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("results")[0].GetProperty("result").GetString());
        Assert.Equal("test", browser.Messages.Single().GetProperty("type").GetString());

        var path = "/api/v1/push/subscriptions?endpoint=" + Uri.EscapeDataString(browser.Endpoint);
        Assert.Equal(HttpStatusCode.NotFound, (await first.DeleteAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await second.DeleteAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await second.DeleteAsync(path)).StatusCode);
    }

    [Fact]
    public async Task Without_keys_there_is_no_push_and_everything_else_works()
    {
        await using var bare = await new TestHost(world.Host.Database).With("Notifications:Deliver", "false").StartAsync();
        using var person = await new TokenForge(bare).ClientForAsync("keyless");
        using var key = await person.GetAsync("/api/v1/push/vapid-public-key");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "NOT_CONFIGURED"), (key.StatusCode, (await key.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()));
        using var browser = world.Receiver.NewBrowser();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await person.PostAsJsonAsync("/api/v1/push/subscriptions", browser.Subscription)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await person.GetAsync("/api/v1/push/subscriptions")).StatusCode);
    }

    [Fact]
    public async Task A_key_of_ours_that_cannot_sign_is_no_reason_to_forget_a_browser()
    {
        await using var broken = await new TestHost(world.Host.Database).WithPush().With("Notifications:Deliver", "false").StartAsync();
        using var person = await new TokenForge(broken).ClientForAsync("unsigned");
        using var browser = world.Receiver.NewBrowser();
        Assert.Equal(HttpStatusCode.Created, (await person.PostAsJsonAsync("/api/v1/push/subscriptions", browser.Subscription)).StatusCode);
        var options = broken.Services.GetRequiredService<PushOptions>();
        var good = options.VapidPrivateKey;
        options.VapidPrivateKey = Convert.ToBase64String(new byte[32]).TrimEnd('=');
        var channels = broken.Services.GetRequiredService<INotificationChannels>();
        var target = (await channels.TargetsAsync(["unsigned"], default)).Single().Id;
        Task<ChannelResult> TryAsync() => channels.SendAsync(new ChannelMessage(Channel.Push, target, "unsigned", "todo", "key-of-at-least-32-characters-00009", "Milch", "", Payload, TimeSpan.FromHours(1)), default);
        Assert.Equal(new ChannelResult.Later("vapid", null), await TryAsync());
        Assert.Equal(target, (await channels.TargetsAsync(["unsigned"], default)).Single().Id);
        Assert.Empty(browser.Requests);

        options.VapidPrivateKey = good;
        Assert.IsType<ChannelResult.Sent>(await TryAsync());
    }

    Task<ChannelResult> SendAsync(string userId, string channel, Guid target, string key) =>
        Channels.SendAsync(new ChannelMessage(channel, target, userId, "todo", key, "Milch", "", Payload, TimeSpan.FromHours(1)), default);

    public sealed class World : IAsyncLifetime
    {
        string _database = "";

        public PushReceiver Receiver { get; private set; } = null!;

        public TestHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Receiver = await PushReceiver.StartAsync();
            _database = await TestCluster.CreateDatabaseAsync();
            Host = await new TestHost(_database).WithPush().With("Notifications:Deliver", "false").StartAsync();
        }

        public Task<HttpClient> PersonAsync(string userId) => new TokenForge(Host).ClientForAsync(userId);

        public async Task<string?> ScalarAsync(string sql, params object[] values)
        {
            await using var connection = new Npgsql.NpgsqlConnection(_database);
            await connection.OpenAsync();
            await using var command = new Npgsql.NpgsqlCommand(sql, connection);
            foreach (var value in values)
                command.Parameters.Add(new() { Value = value });
            return await command.ExecuteScalarAsync() as string;
        }

        public async ValueTask DisposeAsync()
        {
            if (Host is not null)
                await Host.DisposeAsync();
            await Receiver.DisposeAsync();
            await TestCluster.DropDatabaseAsync(_database);
        }
    }
}
