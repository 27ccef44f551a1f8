using Mana.Testing;

namespace Mana.Auth.Tests.Sessions;

/// <summary>Real time, real parallelism: the row lock is what is tested.</summary>
public sealed class RefreshRaceTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    readonly AuthApi _api = new(fixture.Host);

    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    public async Task Scenario_28_parallel_refreshes_all_get_usable_tokens(int tabs)
    {
        var login = await _api.NewSessionAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, tabs).Select(_ => _api.RefreshAsync(login["refreshToken"])));

        Assert.All(answers, answer => answer.IsOk());
        Assert.Equal(tabs, answers.Select(answer => answer["refreshToken"]).Distinct().Count());
        foreach (var answer in answers)
            Assert.NotEqual("null", (await _api.SessionAsync(answer["accessToken"])).IsOk().Text);
        var again = await Task.WhenAll(answers.Select(answer => _api.RefreshAsync(answer["refreshToken"])));
        Assert.All(again, answer => answer.IsOk());
        Assert.Equal(1L, await fixture.ScalarAsync<long>(
            "SELECT count(*) FROM auth.refresh_tokens WHERE family_id = $1 AND parent_id IS NULL", SessionOf(login)));
    }

    /// <summary>
    /// One of the 200 is the rotation; the others are answered by the rule of grace, with siblings of its successor. One sibling lives on:
    /// what is used beside it later ends the session.
    /// </summary>
    [Fact]
    public async Task Of_200_parallel_refreshes_with_one_token_exactly_one_rotates_it()
    {
        var login = await _api.NewSessionAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => _api.RefreshAsync(login["refreshToken"])));

        Assert.All(answers, answer => answer.IsOk());
        Assert.Equal(200, answers.Select(answer => answer["refreshToken"]).Distinct().Count());
        Assert.Equal(201L, await CountAsync("family_id = $1", login));
        Assert.Equal(1L, await CountAsync("family_id = $1 AND used_at IS NOT NULL", login));
        Assert.Equal(200L, await CountAsync("family_id = $1 AND parent_id = (SELECT id FROM auth.refresh_tokens WHERE family_id = $1 AND parent_id IS NULL)", login));
        (await _api.RefreshAsync(answers[0]["refreshToken"])).IsOk();
        Assert.Equal(1L, await CountAsync("family_id = $1 AND used_at IS NULL", login));
    }

    [Fact]
    public async Task A_generation_has_one_parent_however_many_raced()
    {
        var login = await _api.NewSessionAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _api.RefreshAsync(login["refreshToken"])));

        Assert.Equal(1L, await fixture.ScalarAsync<long>(
            "SELECT count(DISTINCT parent_id) FROM auth.refresh_tokens WHERE family_id = $1 AND used_at IS NULL", SessionOf(login)));
        Assert.Equal(1L, await fixture.ScalarAsync<long>(
            "SELECT count(*) FROM auth.refresh_tokens WHERE family_id = $1 AND used_at IS NOT NULL", SessionOf(login)));
    }

    [Fact]
    public async Task Two_answers_of_one_generation_used_at_once_start_one_generation_and_not_two()
    {
        var login = await _api.NewSessionAsync();
        var pair = (IReadOnlyList<Answer>)[login, login];
        for (var round = 0; round < 10; round++)
        {
            pair = await Task.WhenAll(pair.Select(answer => _api.RefreshAsync(answer["refreshToken"])));
            Assert.All(pair, answer => answer.IsOk());
            Assert.Equal(1L, await fixture.ScalarAsync<long>(
                "SELECT count(DISTINCT parent_id) FROM auth.refresh_tokens WHERE family_id = $1 AND used_at IS NULL", SessionOf(login)));
        }
    }

    [Fact]
    public async Task Logout_and_refresh_at_once_never_deadlock_and_logout_wins()
    {
        var login = await _api.NewSessionAsync();
        var racing = Enumerable.Range(0, 10).Select(_ => _api.RefreshAsync(login["refreshToken"]))
            .Append(_api.PostAsync("logout", new { refreshToken = login["refreshToken"] })).ToList();
        var answers = await Task.WhenAll(racing);

        Assert.All(answers, answer => Assert.Contains(answer.Status, (int[])[200, 401]));
        foreach (var token in answers.Where(answer => answer.Status == 200 && answer.Body.TryGetProperty("refreshToken", out _)).Select(answer => answer["refreshToken"]))
            Assert.Equal(401, (await _api.RefreshAsync(token)).Status);
        Assert.Equal("logout", await fixture.ScalarAsync<string>("SELECT revoked_reason FROM auth.sessions WHERE id = $1", SessionOf(login)));
    }

    static string SessionOf(Answer login) => Tokens.TokenText.Claims(login["accessToken"]!).GetProperty("sid").GetString()!;

    Task<long> CountAsync(string which, Answer login) => fixture.ScalarAsync<long>($"SELECT count(*) FROM auth.refresh_tokens WHERE {which}", SessionOf(login));
}
