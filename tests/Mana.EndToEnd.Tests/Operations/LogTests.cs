using System.Net.Http.Json;
using System.Text;
using Mana.Devices;

namespace Mana.EndToEnd.Tests.Operations;

/// <summary>What people wrote, their tokens and their addresses never reach a log, whether things go well or badly.</summary>
public sealed class LogTests(PrivatePostgres postgres) : IClassFixture<PrivatePostgres>
{
    const string Value = "SECRET-VALUE-7f3a";
    const string Id = "SECRET-ID-7f3a";

    [Fact]
    public async Task Scenario_24_8_125_the_log_of_a_whole_life_holds_no_token_no_address_and_no_value()
    {
        await using var host = await HostProcess.StartAsync(await postgres.CreateDatabaseAsync());
        var person = await host.CreateAccountAsync();
        var secrets = new List<string> { Value, Id, person.Email, person.Email.Split('@')[0], person.AccessToken, person.AccessToken.Split('.')[2], person.RefreshToken, Account.Password };

        await GoodDaysAsync(person);
        secrets.AddRange([person.AccessToken.Split('.')[2], person.RefreshToken]);
        await BadDaysAsync(person);
        await postgres.CrashAsync();
        await PushAsync(person.Http, Insert());
        await LoginAsync(person.Http, person.Email, Account.Password);
        await person.Http.GetAsync(Address($"/sync/todo/pull?collection={Id}&since=1970-01-01T00:00:00Z&access_token={person.AccessToken}"));
        await postgres.StartAsync();
        Assert.Equal(0, await host.TerminateAsync());

        Assert.Contains("Application started", host.Output, StringComparison.Ordinal);
        Assert.Contains("failed with 503", host.Output, StringComparison.Ordinal);
        foreach (var secret in secrets)
            Assert.DoesNotContain(secret, host.Output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("eyJ", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("@example.test", host.Output, StringComparison.OrdinalIgnoreCase);
    }

    static async Task GoodDaysAsync(Account person)
    {
        (await PushAsync(person.Http, Insert())).EnsureSuccessStatusCode();
        (await person.Http.GetAsync(Address("/sync/todo/pull?collection=tasks&since=1970-01-01T00:00:00Z"))).EnsureSuccessStatusCode();
        await person.RefreshAsync();
    }

    static async Task BadDaysAsync(Account person)
    {
        var usedUp = person.RefreshToken;
        await person.RefreshAsync();
        await person.Http.PostAsJsonAsync("/api/v1/auth/register", new { email = person.Email, password = Account.Password });
        await person.Http.PostAsJsonAsync("/api/v1/auth/register", new { email = Value, password = Id });
        for (var guess = 0; guess < 7; guess++)
            await LoginAsync(person.Http, person.Email, Value);
        await PushAsync(person.Http, Insert()[..^4]);
        await PushAsync(person.Http, $$$"""{"changes":[{"table":"tasks","id":"{{{Id}}}","op":"{{{Value}}}"}]}""");
        await PushAsync(person.Http, $$$$"""{"changes":[{"table":"tasks","id":"{{{{Id}}}}","op":"update","fields":{"{{{{Id}}}}":{"value":"{{{{Value}}}}","at":"{{{{Value}}}}"}}}]}""");
        await person.Http.GetAsync(Address($"/{Id}/{Value}?token={person.AccessToken}"));
        await person.Http.PostAsJsonAsync("/api/v1/auth/refresh", new { refreshToken = usedUp });
    }

    static string Insert() => $$$"""{"clientId":"log","since":"","changes":[{"table":"tasks","id":"{{{Id}}}","op":"insert","data":{"title":"{{{Value}}}"}}]}""";

    static Task<HttpResponseMessage> LoginAsync(HttpClient http, string email, string password) => http.PostAsJsonAsync("/api/v1/auth/login", new { email, password });

    static Task<HttpResponseMessage> PushAsync(HttpClient http, string body) => http.PostAsync(Address("/sync/todo"), new StringContent(body, Encoding.UTF8, "application/json"));

    static Uri Address(string path) => new(path, UriKind.Relative);
}
