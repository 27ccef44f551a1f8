using System.Collections.Concurrent;
using System.Text.Json;
using Mana.Auth.Contracts;
using Mana.Auth.Tests.Cookies;
using Mana.Testing;
using Mana.Testing.Mail;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Organizations;

/// <summary>A seller of plans whom tests tell what to say.</summary>
public sealed class Plans : IPlanLimits
{
    public ConcurrentDictionary<string, PlanLimits> Sold { get; } = new(StringComparer.Ordinal);

    /// <summary>Whoever asks for these people gets an exception.</summary>
    public ConcurrentDictionary<string, bool> Broken { get; } = new(StringComparer.Ordinal);

    public ValueTask<PlanLimits?> OfAsync(string userId, CancellationToken cancellationToken) =>
        Broken.ContainsKey(userId) ? throw new InvalidOperationException("The shop is closed.") : ValueTask.FromResult(Sold.GetValueOrDefault(userId));
}

/// <summary>People with verified addresses, and the routes of spaces as their clients call them.</summary>
public class OrganizationWorld : ModuleWorld
{
    public Plans Plans { get; } = new();

    internal EventLog Events => new(Database);

    protected override void Configure(TestHost host) => host.With(services => services.AddSingleton<IPlanLimits>(Plans));

    public async Task<Person> VerifiedAsync()
    {
        var person = await PersonAsync();
        await ScalarAsync("UPDATE auth.users SET email_verified = true WHERE id = $1", person.UserId);
        return person;
    }

    public async Task<Person> AgainAsync(Person person)
    {
        var tokens = (await Api.LoginAsync(person.Email)).IsOk();
        return person with { Token = tokens["accessToken"]!, RefreshToken = tokens["refreshToken"]! };
    }

    public Task<Answer> DoAsync(Person? person, string action, object body) => PostAsync("/api/auth/organization/" + action, person, body);

    public Task<Answer> ReadAsync(Person? person, string question) => GetAsync("/api/auth/organization/" + question, person);

    public static object NewSpace(string? slug = null, string type = "team") => new { name = "A team", slug = slug ?? Slug(), metadata = new { type } };

    public static string Slug() => "s" + Guid.NewGuid().ToString("N")[..20];

    /// <summary>The id of a new space.</summary>
    public async Task<string> SpaceAsync(Person owner, string type = "team") => (await DoAsync(owner, "create", NewSpace(type: type))).IsOk()["id"]!;

    public async Task<Answer> InviteAsync(Person by, string space, string email, object? role = null) =>
        await DoAsync(by, "invite-member", new { email, role = role ?? "member", organizationId = space });

    public Task<Answer> AcceptAsync(Person person, string invitation) => DoAsync(person, "accept-invitation", new { invitationId = invitation });

    /// <summary>Somebody who came by an invitation; returns the id of the membership too.</summary>
    public async Task<(Person Person, string Member)> JoinedAsync(Person by, string space, string role = "member")
    {
        var person = await VerifiedAsync();
        var invitation = (await InviteAsync(by, space, person.Email, role)).IsOk()["id"]!;
        return (person, (await AcceptAsync(person, invitation)).IsOk()["member", "id"]!);
    }

    public async Task<string> OwnSpaceAsync(Person person) => (string)(await ScalarAsync("SELECT id FROM auth.organizations WHERE owner_user_id = $1", person.UserId))!;

    public async Task<string?> ActiveAsync(Person person) => (await GetAsync("/api/auth/get-session", person)).IsOk()["session", "activeOrganizationId"];

    public async Task<IReadOnlyList<SentMail>> MailsAsync(string email)
    {
        await Host.DrainAsync();
        return [.. (await new Mailbox(Host.CreateClient()).OfAsync(email)).Where(mail => mail.Template == "invitation")];
    }

    public static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;

    internal Browser Browser(string? origin = Cookies.Browser.App) => new(Host, origin);
}

internal static class OrganizationAnswers
{
    /// <summary>Checks the envelope of auth.md 3.4, E3.</summary>
    public static Answer Refuses(this Answer answer, int status, string code)
    {
        Assert.True(answer.Status == status, $"{answer.Status}: {answer.Text}");
        Assert.Equal(code, answer["code"]);
        Assert.False(string.IsNullOrEmpty(answer["message"]));
        return answer;
    }
}
