namespace Mana.Auth.Data;

/// <summary>An automated test user (auth.md 17.4): an account of kind <c>persona</c>, and what it is like. Goes with its account.</summary>
internal sealed class Persona
{
    public required string UserId { get; init; }

    public required string Archetype { get; set; }

    public required string SystemPrompt { get; set; }

    /// <summary>A JSON object: module to weight.</summary>
    public required string ModuleMix { get; set; }

    public required TickCadence TickCadence { get; set; }

    /// <summary>When it last told of an action; null: never.</summary>
    public DateTimeOffset? LastActiveAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>How often a persona acts; stored and sent in lower case.</summary>
internal enum TickCadence
{
    Daily,
    Weekdays,
    Hourly,
}

/// <summary>One thing that a persona did. Told again it is the same row: the id is made of what it tells.</summary>
internal sealed class PersonaAction
{
    public required string PersonaId { get; init; }

    /// <summary>The first 255 characters of <c>tick-index-tool</c>; unique for its persona only.</summary>
    public required string Id { get; init; }

    public required string TickId { get; init; }

    public required string ToolName { get; init; }

    public string? InputHash { get; init; }

    /// <summary><c>ok</c> or <c>error</c>.</summary>
    public required string Result { get; init; }

    public string? ErrorMessage { get; init; }

    public int? LatencyMs { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>How a persona liked a module, once per tick.</summary>
internal sealed class PersonaFeedback
{
    public required string PersonaId { get; init; }

    /// <summary><c>tick-module</c>; unique for its persona only.</summary>
    public required string Id { get; init; }

    public required string TickId { get; init; }

    public required string Module { get; init; }

    /// <summary>1 to 5.</summary>
    public required short Rating { get; init; }

    public string? Notes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
