using System.Text.Json;
using System.Text.Json.Serialization;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Personas;

internal sealed record PersonaSummary(
    string UserId, string Email, string Name, string Archetype, string TickCadence,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset? LastActiveAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("actions7d")] int Actions7);

internal sealed record PersonaView(
    string UserId, string Email, string Name, string Archetype, string SystemPrompt, JsonElement ModuleMix, string TickCadence,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset? LastActiveAt,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt);

internal sealed record PersonaActionView(
    string Id, string TickId, string ToolName, string? InputHash, string Result, string? ErrorMessage, int? LatencyMs,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset CreatedAt);

/// <summary>The original gave the count for the average.</summary>
internal sealed record ModuleRating(string Module, int Count, double AvgRating);

internal sealed record PersonaDetails(PersonaView Persona, IReadOnlyList<PersonaActionView> RecentActions, IReadOnlyList<ModuleRating> FeedbackByModule);

/// <summary>A persona whose turn it is, with what its runner needs.</summary>
internal sealed record DuePersona(
    string UserId, string Email, string Archetype, string SystemPrompt, JsonElement ModuleMix, string TickCadence,
    [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset? LastActiveAt);

internal sealed record DueResponse(IReadOnlyList<DuePersona> Personas, [property: JsonConverter(typeof(InstantConverter))] DateTimeOffset ServerTime);

/// <summary>What there is to know of personas.</summary>
internal sealed class PersonaList(AuthDbContext database, TimeProvider time)
{
    const int RecentActions = 20;
    static readonly TimeSpan Week = TimeSpan.FromDays(7);
    static readonly TimeSpan Day = TimeSpan.FromDays(1);
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public async Task<IReadOnlyList<PersonaSummary>> AllAsync(CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow() - Week;
        var rows = await Living.OrderByDescending(row => row.Persona.CreatedAt).ThenBy(row => row.Persona.UserId)
            .Select(row => new { row.Persona, row.User, Actions = database.Set<PersonaAction>().Count(action => action.PersonaId == row.Persona.UserId && action.CreatedAt >= since) })
            .ToListAsync(cancellationToken);
        return rows.ConvertAll(row => new PersonaSummary(
            row.Persona.UserId, row.User.Email!, row.User.Name, row.Persona.Archetype, LowerCaseEnum.Text(row.Persona.TickCadence), row.Persona.LastActiveAt, row.Persona.CreatedAt, row.Actions));
    }

    public async Task<PersonaDetails?> FindAsync(string userId, CancellationToken cancellationToken)
    {
        if (await Living.SingleOrDefaultAsync(row => row.Persona.UserId == userId, cancellationToken) is not { } found)
            return null;
        var (persona, user) = (found.Persona, found.User);
        var actions = await database.Set<PersonaAction>().AsNoTracking().Where(action => action.PersonaId == userId)
            .OrderByDescending(action => action.CreatedAt).ThenByDescending(action => action.Id).Take(RecentActions).ToListAsync(cancellationToken);
        var ratings = await database.Set<PersonaFeedback>().Where(feedback => feedback.PersonaId == userId).GroupBy(feedback => feedback.Module)
            .Select(group => new { Module = group.Key, Count = group.Count(), Average = group.Average(feedback => (double)feedback.Rating) }).OrderBy(group => group.Module).ToListAsync(cancellationToken);
        return new PersonaDetails(
            new PersonaView(
                persona.UserId, user.Email!, user.Name, persona.Archetype, persona.SystemPrompt, Mix(persona), LowerCaseEnum.Text(persona.TickCadence), persona.LastActiveAt, persona.CreatedAt),
            actions.ConvertAll(action => new PersonaActionView(
                action.Id, action.TickId, action.ToolName, action.InputHash, action.Result, action.ErrorMessage, action.LatencyMs, action.CreatedAt)),
            ratings.ConvertAll(rating => new ModuleRating(rating.Module, rating.Count, Math.Round(rating.Average, 2))));
    }

    /// <summary>Whose turn it is: those who never acted first, then who has waited longest.</summary>
    public async Task<DueResponse> DueAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (hourAgo, dayAgo) = (now - Hour, now - Day);
        var isWeekday = now.UtcDateTime.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday);
        var rows = await Living
            .Where(row => row.Persona.TickCadence != TickCadence.Weekdays || isWeekday)
            .Where(row => row.Persona.LastActiveAt == null || row.Persona.LastActiveAt <= (row.Persona.TickCadence == TickCadence.Hourly ? hourAgo : dayAgo))
            .OrderBy(row => row.Persona.LastActiveAt != null).ThenBy(row => row.Persona.LastActiveAt).ThenBy(row => row.Persona.UserId).ToListAsync(cancellationToken);
        return new DueResponse(rows.ConvertAll(row => new DuePersona(
            row.Persona.UserId, row.User.Email!, row.Persona.Archetype, row.Persona.SystemPrompt, Mix(row.Persona), LowerCaseEnum.Text(row.Persona.TickCadence), row.Persona.LastActiveAt)), now);
    }

    IQueryable<PersonaRow> Living =>
        from persona in database.Set<Persona>().AsNoTracking()
        join user in database.Users.AsNoTracking() on persona.UserId equals user.Id
        where user.DeletedAt == null && user.Kind == UserKind.Persona
        select new PersonaRow { Persona = persona, User = user };

    static JsonElement Mix(Persona persona)
    {
        using var document = JsonDocument.Parse(persona.ModuleMix);
        return document.RootElement.Clone();
    }

    sealed class PersonaRow
    {
        public required Persona Persona { get; init; }

        public required User User { get; init; }
    }
}
