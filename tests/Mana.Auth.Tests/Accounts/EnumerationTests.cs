using System.Diagnostics;
using Mana.Testing;

namespace Mana.Auth.Tests.Accounts;

/// <summary>
/// Whether an address has an account must not show in the time that an answer takes (auth.md 5.2, 5.3). Tries for both kinds alternate, so
/// that whatever else the machine does hits both alike; the limits are wide, and still far from what a skipped hash or a skipped write
/// would do.
/// </summary>
public sealed class EnumerationTests(HostFixture fixture) : IClassFixture<HostFixture>
{
    const int Tries = 100;
    /// <summary>Where each takes five.</summary>
    const int FewTries = 30;
    const string Lock = "the guess that locks";

    [Theory]
    [InlineData("login")]
    [InlineData("register")]
    [InlineData("forgot-password")]
    [InlineData(Lock)]
    public async Task Scenario_15_the_time_of_an_answer_does_not_tell_who_has_an_account(string path)
    {
        var api = new AuthApi(fixture.Host);
        var people = Enumerable.Range(0, (path == Lock ? FewTries : Tries) + 3).Select(_ => AuthApi.NewEmail()).ToList();
        foreach (var email in people)
            (await api.RegisterAsync(email)).IsOk();
        await fixture.Host.DrainAsync();

        var (known, unknown) = (new List<double>(), new List<double>());
        for (var attempt = 0; attempt < people.Count; attempt++)
        {
            var pair = (Known: await TimeAsync(api, path, people[attempt]), Unknown: await TimeAsync(api, path, AuthApi.NewEmail()));
            // The first ones warm up.
            if (attempt < 3)
                continue;
            known.Add(pair.Known);
            unknown.Add(pair.Unknown);
        }

        // The chance that a known address takes longer than an unknown one (Mann-Whitney): one half when they are alike, 0 or 1 when they are not.
        var longer = known.Average(one => unknown.Average(other => one > other ? 1 : one < other ? 0 : 0.5));
        Assert.True(longer is > 0.2 and < 0.8, $"{path}: {longer:F2} of the known take longer; medians {Median(known):F1} and {Median(unknown):F1} ms");
        Assert.InRange(Median(known) / Median(unknown), 0.5, 2);
    }

    static async Task<double> TimeAsync(AuthApi api, string path, string email)
    {
        if (path == Lock)
        {
            path = "login";
            for (var guess = 0; guess < 4; guess++)
                await api.PostAsync(path, new { email, password = "Falsches-Pferd-9" });
        }

        var start = Stopwatch.GetTimestamp();
        var answer = await api.PostAsync(path, new { email, password = "Falsches-Pferd-9" });
        var time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Assert.Equal(path == "login" ? 401 : 200, answer.Status);
        return time;
    }

    static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
