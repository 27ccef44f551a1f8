using System.Text.Json.Nodes;
using Mana.Auth.Data;

namespace Mana.Auth.Import.Tables;

internal sealed class PersonasImport : ITableImport
{
    public SourceTable Source { get; } = new("personas", ["user_id", "archetype", "system_prompt"], ["module_mix", "tick_cadence", "last_active_at", "created_at"])
    {
        Id = "user_id",
        OrderBy = "user_id",
    };

    public TargetTable Target { get; } = new("personas", "user_id", "archetype", "system_prompt", "module_mix", "tick_cadence", "last_active_at", "created_at")
    {
        Key = "user_id",
        // Whoever is a human here does not become a test user (W31).
        Condition = "EXISTS (SELECT 1 FROM auth.users u WHERE u.id = w.user_id AND u.kind = 'persona')",
        NotStored = "its account is no persona, or is gone",
    };

    public Plan Read(OriginalRow row, Survey survey)
    {
        if (!survey.IsAccepted(row["user_id"]))
            return Plan.Skip("its account is not imported");
        var (cadence, remark) = Words.Of(row["tick_cadence"], TickCadence.Daily, "tick_cadence");
        return Plan.Store(
            new()
            {
                ["user_id"] = row["user_id"],
                ["archetype"] = row["archetype"] ?? "",
                ["system_prompt"] = row["system_prompt"] ?? "",
                ["module_mix"] = (row.Json("module_mix", out _) as JsonObject ?? []).DeepClone(),
                ["tick_cadence"] = cadence,
                ["last_active_at"] = row.Instant("last_active_at"),
                ["created_at"] = row.Created,
            },
            remark);
    }
}

internal sealed class PersonaActionsImport : ITableImport
{
    public SourceTable Source { get; } = new("persona_actions", ["id", "persona_id", "tick_id", "tool_name"], ["input_hash", "result", "error_message", "latency_ms", "created_at"]);

    public TargetTable Target { get; } = new("persona_actions", "id", "persona_id", "tick_id", "tool_name", "input_hash", "result", "error_message", "latency_ms", "created_at")
    {
        Condition = "EXISTS (SELECT 1 FROM auth.personas p WHERE p.user_id = w.persona_id)",
        NotStored = "its persona is not here",
    };

    public Plan Read(OriginalRow row, Survey survey) => row["result"] is not ("ok" or "error")
        ? Plan.Skip("a result that is neither ok nor error")
        : Plan.Store(new()
        {
            ["id"] = row["id"],
            ["persona_id"] = row["persona_id"],
            ["tick_id"] = row["tick_id"],
            ["tool_name"] = row["tool_name"],
            ["input_hash"] = row["input_hash"],
            ["result"] = row["result"],
            ["error_message"] = row["error_message"],
            ["latency_ms"] = row.Number("latency_ms"),
            ["created_at"] = row.Created,
        });
}

internal sealed class PersonaFeedbackImport : ITableImport
{
    public SourceTable Source { get; } = new("persona_feedback", ["id", "persona_id", "tick_id", "module", "rating"], ["notes", "created_at"]);

    public TargetTable Target { get; } = new("persona_feedback", "id", "persona_id", "tick_id", "module", "rating", "notes", "created_at")
    {
        Condition = "EXISTS (SELECT 1 FROM auth.personas p WHERE p.user_id = w.persona_id)",
        NotStored = "its persona is not here",
    };

    public Plan Read(OriginalRow row, Survey survey) => row.Number("rating") is not (>= 1 and <= 5 and var rating)
        ? Plan.Skip("a rating that is not 1 to 5")
        : Plan.Store(new()
        {
            ["id"] = row["id"],
            ["persona_id"] = row["persona_id"],
            ["tick_id"] = row["tick_id"],
            ["module"] = row["module"],
            ["rating"] = rating,
            ["notes"] = row["notes"],
            ["created_at"] = row.Created,
        });
}
