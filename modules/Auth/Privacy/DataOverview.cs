using System.Text.Json.Serialization;
using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Mana.Auth.SecurityEvents;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Mana.Auth.Privacy;

/// <summary>The answer of <c>GET /me/data</c> (auth.md 19.1).</summary>
internal sealed record DataSummary(SummaryUser User, SummaryAuth Auth, CreditTotals Credits, IReadOnlyList<ProjectSummary> Projects, SummaryTotals Totals);

internal sealed record SummaryUser(
    string Id, string Email, string Name, string Role, [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt, bool EmailVerified);

internal sealed record SummaryAuth(
    int SessionsCount, int AccountsCount, [property: JsonPropertyName("has2FA")] bool HasSecondFactor, [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset? LastLoginAt);

/// <summary>One app.</summary>
/// <param name="Error">German, like the original's; only when the store could not be asked.</param>
internal sealed record ProjectSummary(
    string ProjectId, string ProjectName, string Icon, bool Available, IReadOnlyList<EntitySummary> Entities, long TotalCount,
    [property: JsonConverter(typeof(InstantConverter)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? LastActivityAt = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error = null);

internal sealed record EntitySummary(string Entity, long Count, string Label);

internal sealed record SummaryTotals(long TotalEntities, int ProjectsWithData);

/// <summary>What the platform holds about a person, in numbers. A part that cannot be asked does not keep the others from being told.</summary>
internal sealed class DataOverview(
    AuthDbContext database, IEnumerable<IRecordCounts> records, IEnumerable<ICreditTotals> credits, TimeProvider time, ILogger<DataOverview> log)
{
    const string Unavailable = "Die Synchronisierung ist gerade nicht erreichbar.";

    /// <summary>Null: there is no such account.</summary>
    public async Task<DataSummary?> OfAsync(string userId, CancellationToken cancellationToken)
    {
        var user = await database.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == userId && row.DeletedAt == null, cancellationToken);
        if (user is null)
            return null;
        var counts = await AskAsync("records", records, part => part.OfUserAsync(userId, cancellationToken), cancellationToken);
        var totals = await AskAsync("credits", credits, part => part.OfUserAsync(userId, cancellationToken), cancellationToken);
        var projects = Projects(counts);
        return new DataSummary(
            new SummaryUser(user.Id, user.Email!, user.Name, LowerCaseEnum.Text(user.Role), user.CreatedAt, user.EmailConfirmed),
            await AuthAsync(user, cancellationToken), totals ?? CreditTotals.None, projects,
            new SummaryTotals(projects.Sum(project => project.TotalCount), projects.Count(project => project.TotalCount > 0)));
    }

    /// <summary>Each credential, and each account elsewhere that opens this one.</summary>
    public static async Task<int> AccountsAsync(AuthDbContext database, User user, CancellationToken cancellationToken) =>
        (user.PasswordHash is null ? 0 : 1) + await database.UserLogins.CountAsync(login => login.UserId == user.Id, cancellationToken);

    async Task<SummaryAuth> AuthAsync(User user, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var live = await database.Sessions.CountAsync(session => session.UserId == user.Id && session.RevokedAt == null && session.ExpiresAt > now, cancellationToken);
        var lastLogin = await database.SecurityEvents
            .Where(entry => entry.UserId == user.Id && (entry.EventType == SecurityEventTypes.LoginSuccess || entry.EventType == SecurityEventTypes.PasskeyLoginSuccess))
            .MaxAsync(entry => (DateTimeOffset?)entry.CreatedAt, cancellationToken);
        return new SummaryAuth(live, await AccountsAsync(database, user, cancellationToken), user.TwoFactorEnabled, lastLogin);
    }

    static List<ProjectSummary> Projects(IReadOnlyList<RecordCount>? counts)
    {
        if (counts is null)
            return [.. KnownProjects.All.Select(known => new ProjectSummary(known.Id, known.Name, known.Icon, false, [], 0, Error: Unavailable))];
        var byApp = counts.ToLookup(count => count.AppId, StringComparer.Ordinal);
        var known = KnownProjects.All.Select(project => project.Id).ToHashSet(StringComparer.Ordinal);
        var others = byApp.Select(app => app.Key).Where(app => !known.Contains(app)).Order(StringComparer.Ordinal).Select(app => (Id: app, Name: app, Icon: KnownProjects.UnknownIcon));
        return [.. KnownProjects.All.Concat(others).Select(project => Of(project, [.. byApp[project.Id]]))];
    }

    static ProjectSummary Of((string Id, string Name, string Icon) project, RecordCount[] tables) => new(
        project.Id, project.Name, project.Icon, true,
        [.. tables.OrderBy(table => table.TableName, StringComparer.Ordinal).Select(table => new EntitySummary(table.TableName, table.Count, KnownProjects.LabelOf(table.TableName)))],
        tables.Sum(table => table.Count), tables.Length == 0 ? null : tables.Max(table => table.LastChangedAt));

    async Task<TAnswer?> AskAsync<TPart, TAnswer>(string name, IEnumerable<TPart> parts, Func<TPart, Task<TAnswer>> ask, CancellationToken cancellationToken)
        where TAnswer : class
    {
        try
        {
            return parts.FirstOrDefault() is { } part ? await ask(part) : null;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            log.LogWarning("The overview of a person's data goes without {Part} ({Kind})", name, exception.GetType().Name);
            return null;
        }
    }
}
