using System.Net.Http.Headers;
using Mana.Testing;

namespace Mana.Sync.Tests.Gate;

/// <summary>sync.md 24.1, scenarios 8–10: the key source changes, fails, and is asked for nonsense. Each host has its own probe and clock.</summary>
public sealed class SigningKeyScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>, IAsyncLifetime
{
    readonly KeySourceProbe _keys = new();
    readonly FakeClock _clock = new(TimeProvider.System.GetUtcNow());
    TestHost _host = null!;
    TokenForge _forge = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await new TestHost(fixture.Database).With(_clock).With(_keys.Install).StartAsync();
        _forge = new TokenForge(_host);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Scenario_24_1_8_a_key_published_meanwhile_costs_exactly_one_refresh()
    {
        Assert.Equal(200, await PostAsync(await _forge.ForAsync("known")));
        await _forge.PublishAsync();
        _clock.Advance(TimeSpan.FromSeconds(11));
        var before = _keys.Loads;

        var token = _forge.SignWithSecond(_forge.Claims("rotated"));
        Assert.Equal(200, await PostAsync(token));
        Assert.Equal(200, await PostAsync(_forge.SignWithSecond(_forge.Claims("rotated-again"))));

        Assert.Equal(before + 1, _keys.Loads);
    }

    [Fact]
    public async Task Scenario_24_1_9_with_the_key_source_down_cached_keys_still_serve()
    {
        Assert.Equal(200, await PostAsync(await _forge.ForAsync("early")));
        _keys.IsDown = true;
        _clock.Advance(TimeSpan.FromMinutes(6));
        var before = _keys.Loads;

        Assert.Equal(200, await PostAsync(await _forge.ForAsync("late")));
        Assert.Equal(200, await PostAsync(await _forge.ForAsync("later")));
        Assert.True(_keys.Loads > before, "The stale set was never renewed, so this shows nothing.");
    }

    [Fact]
    public async Task Scenario_24_1_9_with_the_key_source_down_and_nothing_cached_the_answer_is_503()
    {
        var token = await new TokenForge(fixture.Host).ForAsync("nobody");
        _keys.IsDown = true;
        Assert.Equal(503, await PostAsync(token));
    }

    [Fact]
    public async Task Scenario_24_1_10_a_hundred_unknown_key_ids_cost_at_most_one_fetch()
    {
        Assert.Equal(200, await PostAsync(await _forge.ForAsync("known")));
        _clock.Advance(TimeSpan.FromSeconds(11));
        var before = _keys.Loads;

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => PostAsync(_forge.SignWithSecond(_forge.Claims("u"), $"kid-{i}"))));

        Assert.All(answers, status => Assert.Equal(401, status));
        Assert.InRange(_keys.Loads - before, 0, 1);
    }

    async Task<int> PostAsync(string token)
    {
        using var http = _host.CreateClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.PostAsync("/sync/todo", new StringContent("""{"changes":[]}"""));
        return (int)response.StatusCode;
    }
}
