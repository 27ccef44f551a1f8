using System.Globalization;
using System.Text.Json;
using Npgsql;

namespace Mana.Auth.Personas;

internal sealed record ActionEntry(string? TickId, string? ToolName, string? InputHash, string? Result, string? ErrorMessage, JsonElement? LatencyMs);

internal sealed record ActionsRequest(IReadOnlyList<ActionEntry?>? Actions);

internal sealed record FeedbackEntry(string? TickId, string? Module, JsonElement? Rating, string? Notes);

internal sealed record FeedbackRequest(IReadOnlyList<FeedbackEntry?>? Feedback);

internal abstract record JournalResult
{
    /// <summary>All of it is stored.</summary>
    /// <param name="Count">Rows that were not there before.</param>
    public sealed record Written(int Count) : JournalResult;

    public sealed record Invalid(IReadOnlyList<string> Problems) : JournalResult;

    public sealed record NotFound : JournalResult;
}

/// <summary>What personas tell of themselves. A call is stored whole or not at all; told again it changes nothing.</summary>
internal sealed class PersonaJournal(NpgsqlDataSource database, TimeProvider time)
{
    const int MostActions = 500;
    const int MostFeedback = 100;
    const int LongestId = 255;
    const int LongestWord = 200;
    const int LongestText = 2000;

    const string Active = """
        UPDATE auth.personas p SET last_active_at = greatest(last_active_at, $2) FROM auth.users u
        WHERE p.user_id = $1 AND u.id = p.user_id AND u.kind = 'persona' AND u.deleted_at IS NULL RETURNING 1
        """;

    const string Known = "SELECT 1 FROM auth.personas p JOIN auth.users u ON u.id = p.user_id WHERE p.user_id = $1 AND u.kind = 'persona' AND u.deleted_at IS NULL FOR KEY SHARE OF p";

    const string AddActions = """
        INSERT INTO auth.persona_actions (persona_id, id, tick_id, tool_name, input_hash, result, error_message, latency_ms, created_at)
        SELECT $1, id, tick_id, tool_name, input_hash, result, error_message, latency_ms, $9
        FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::integer[])
          AS a(id, tick_id, tool_name, input_hash, result, error_message, latency_ms) ON CONFLICT DO NOTHING
        """;

    const string AddFeedback = """
        INSERT INTO auth.persona_feedback (persona_id, id, tick_id, module, rating, notes, created_at)
        SELECT $1, id, tick_id, module, rating, notes, $7
        FROM unnest($2::text[], $3::text[], $4::text[], $5::smallint[], $6::text[]) AS f(id, tick_id, module, rating, notes) ON CONFLICT DO NOTHING
        """;

    public async Task<JournalResult> AddActionsAsync(string personaId, ActionsRequest? request, CancellationToken cancellationToken)
    {
        if (request?.Actions is not { Count: >= 1 and <= MostActions } entries)
            return new JournalResult.Invalid([$"actions: 1 to {MostActions}"]);
        if (Problems(entries, entry => Problem(entry)) is { Count: > 0 } problems)
            return new JournalResult.Invalid(problems);
        var actions = entries.Select(entry => entry!).ToList();
        return await WriteAsync(personaId, Active, AddActions, cancellationToken,
            actions.Select((action, at) => Id(string.Create(CultureInfo.InvariantCulture, $"{action.TickId}-{at}-{action.ToolName}"))).ToArray(),
            actions.Select(action => action.TickId).ToArray(), actions.Select(action => action.ToolName).ToArray(), actions.Select(action => action.InputHash).ToArray(),
            actions.Select(action => action.Result).ToArray(), actions.Select(action => action.ErrorMessage).ToArray(), actions.Select(action => Whole(action.LatencyMs)).ToArray());
    }

    public async Task<JournalResult> AddFeedbackAsync(string personaId, FeedbackRequest? request, CancellationToken cancellationToken)
    {
        if (request?.Feedback is not { Count: >= 1 and <= MostFeedback } entries)
            return new JournalResult.Invalid([$"feedback: 1 to {MostFeedback}"]);
        if (Problems(entries, entry => Problem(entry)) is { Count: > 0 } problems)
            return new JournalResult.Invalid(problems);
        var feedback = entries.Select(entry => entry!).ToList();
        return await WriteAsync(personaId, Known, AddFeedback, cancellationToken,
            feedback.Select(entry => Id($"{entry.TickId}-{entry.Module}")).ToArray(), feedback.Select(entry => entry.TickId).ToArray(),
            feedback.Select(entry => entry.Module).ToArray(), feedback.Select(entry => (short)Whole(entry.Rating)!.Value).ToArray(), feedback.Select(entry => entry.Notes).ToArray());
    }

    async Task<JournalResult> WriteAsync(string personaId, string first, string then, CancellationToken cancellationToken, params object[] columns)
    {
        var now = time.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var persona = new NpgsqlCommand(first, connection) { Parameters = { new() { Value = personaId } } };
        if (first == Active)
            persona.Parameters.Add(new() { Value = now });
        if (await persona.ExecuteScalarAsync(cancellationToken) is null)
            return new JournalResult.NotFound();
        await using var add = new NpgsqlCommand(then, connection) { Parameters = { new() { Value = personaId } } };
        foreach (var column in columns)
            add.Parameters.Add(new() { Value = column });
        add.Parameters.Add(new() { Value = now });
        var written = await add.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new JournalResult.Written(written);
    }

    static List<string> Problems<T>(IReadOnlyList<T> entries, Func<T, string?> problem) =>
        [.. entries.Select((entry, at) => problem(entry) is { } found ? $"{at}: {found}" : null).OfType<string>().Take(10)];

    static string? Problem(ActionEntry? entry) => entry switch
    {
        null => "an object",
        _ when !PersonaDescriptor.IsText(entry.TickId, LongestWord) => $"tickId: 1 to {LongestWord} characters",
        _ when !PersonaDescriptor.IsText(entry.ToolName, LongestWord) => $"toolName: 1 to {LongestWord} characters",
        _ when entry.Result is not ("ok" or "error") => "result: ok or error",
        _ when !IsOptional(entry.InputHash, LongestWord) => $"inputHash: at most {LongestWord} characters",
        _ when !IsOptional(entry.ErrorMessage, LongestText) => $"errorMessage: at most {LongestText} characters",
        _ when entry.LatencyMs is { ValueKind: not JsonValueKind.Null } && Whole(entry.LatencyMs) is not >= 0 => "latencyMs: a whole number, 0 or more",
        _ => null,
    };

    static string? Problem(FeedbackEntry? entry) => entry switch
    {
        null => "an object",
        _ when !PersonaDescriptor.IsText(entry.TickId, LongestWord) => $"tickId: 1 to {LongestWord} characters",
        _ when !PersonaDescriptor.IsText(entry.Module, LongestWord) => $"module: 1 to {LongestWord} characters",
        _ when Whole(entry.Rating) is not (>= 1 and <= 5) => "rating: a whole number, 1 to 5",
        _ when !IsOptional(entry.Notes, LongestText) => $"notes: at most {LongestText} characters",
        _ => null,
    };

    static bool IsOptional(string? text, int longest) => text is null || (text.Length <= longest && !text.Contains('\0', StringComparison.Ordinal));

    static int? Whole(JsonElement? number) => number is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var whole) ? whole : null;

    /// <summary>Cut between characters.</summary>
    static string Id(string id) => id.Length <= LongestId ? id : id[..(char.IsHighSurrogate(id[LongestId - 1]) ? LongestId - 1 : LongestId)];
}
