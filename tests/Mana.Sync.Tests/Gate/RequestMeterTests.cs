using Mana.Sync.Tests.Live;
using Mana.Testing;

namespace Mana.Sync.Tests.Gate;

/// <summary>sync.md 11: what is counted of requests, also of those that never got to their endpoint.</summary>
public sealed class RequestMeterTests(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Theory]
    [InlineData("/sync/todo/pull?collection=tasks&since=2026-01-01T00:00:00Z", null, "pull", "missing")]
    [InlineData("/sync/todo/pull?collection=tasks&since=2026-01-01T00:00:00Z", "nonsense", "pull", "malformed")]
    [InlineData("/sync/todo/stream", "nonsense", "stream", "malformed")]
    [InlineData("/sync/todo/history?table=tasks&id=t1", null, "history", "missing")]
    public async Task Who_is_not_let_in_is_counted(string path, string? token, string endpoint, string reason)
    {
        var (requests, failures) = ($"mana_sync_requests_total{{endpoint=\"{endpoint}\",status=\"401\"}}", $"mana_sync_auth_failures_total{{reason=\"{reason}\"}}");
        var before = (await ReadAsync(requests), await ReadAsync(failures));
        using var http = fixture.Host.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(401, (int)answer.StatusCode);
        Assert.Equal((before.Item1 + 1, before.Item2 + 1), (await ReadAsync(requests), await ReadAsync(failures)));
    }

    [Fact]
    public async Task Refusals_hints_and_the_age_of_cursors_are_measured()
    {
        var a = await fixture.PersonAsync();
        (await a.PostAsync("""{"clientId":"a","since":"","changes":[{"table":"tasks","id":"t1","op":"nothing"}]}""")).Refused(400, "invalid_op", 0);
        var cursor = (await a.StoreAsync(Change.Insert("t1"))).Cursor;
        await using var stream = await LiveStream.OpenAsync(a.As("b"));
        await stream.ChangesAsync();
        await a.StoreAsync(Change.Insert("t2"));
        await stream.ChangesAsync();
        (await a.As("c").PostAsync($$"""{"clientId":"c","changes":[],"cursor":"{{cursor}}"}""")).Ok();

        Assert.True(await ReadAsync("mana_sync_changes_rejected_total{reason=\"invalid_op\"}") > 0);
        Assert.True(await ReadAsync("mana_sync_notifications_total{channel=\"sse\",result=\"sent\"}") > 0);
        Assert.True(await ReadAsync("mana_sync_cursor_lag_seconds_count") > 0);
    }

    [Fact]
    public async Task Who_asks_too_often_is_counted()
    {
        await using var host = await new TestHost(fixture.Database).With("RateLimits:Enabled", "true").With("RateLimits:Policies:sync-pull:Burst", "2").With("RateLimits:Policies:sync-pull:PermitsPerMinute", "1").StartAsync();
        var a = await fixture.PersonAsync(host);
        foreach (var _ in (int[])[1, 2])
            (await a.PullAsync()).Ok();
        var refused = await a.PullAsync();
        Assert.Equal(429, (int)refused.Status);
        Assert.NotNull(refused.Message.Headers.RetryAfter);
        using var stream = await LiveStream.RequestAsync(a, "/sync/todo/stream");
        Assert.Equal(429, (int)stream.StatusCode);
        Assert.Equal((2, 1, 1), (await host.MeasuredAsync("mana_sync_requests_total{endpoint=\"pull\",status=\"200\"}"),
            await host.MeasuredAsync("mana_sync_requests_total{endpoint=\"pull\",status=\"429\"}"), await host.MeasuredAsync("mana_sync_requests_total{endpoint=\"stream\",status=\"429\"}")));
    }

    Task<double> ReadAsync(string series) => fixture.Host.MeasuredAsync(series);
}
