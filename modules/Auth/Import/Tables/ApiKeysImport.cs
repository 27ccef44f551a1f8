using System.Text.Json.Nodes;
using Mana.Auth.ApiKeys;

namespace Mana.Auth.Import.Tables;

/// <summary>API keys go on working: their hash is all that is needed.</summary>
internal sealed class ApiKeysImport : ITableImport
{
    const int HashLength = 64;

    public SourceTable Source { get; } = new(
        "api_keys", ["id", "user_id", "key_hash"], ["name", "key_prefix", "scopes", "rate_limit_requests", "rate_limit_window", "created_at", "last_used_at", "expires_at", "revoked_at"]);

    public TargetTable Target { get; } = new(
        "api_keys", "id", "user_id", "name", "key_prefix", "key_hash", "scopes", "rate_limit_requests", "rate_limit_window", "created_at", "last_used_at", "expires_at", "revoked_at")
    {
        Condition = "EXISTS (SELECT 1 FROM auth.users u WHERE u.id = w.user_id)",
        NotStored = "the same key is here already, or its account is gone",
    };

    public Plan Read(OriginalRow row, Survey survey)
    {
        if (!survey.IsAccepted(row["user_id"]))
            return Plan.Skip("its account is not imported");
        if (row["key_hash"]?.Trim().ToLowerInvariant() is not { Length: HashLength } hash || !hash.All(char.IsAsciiHexDigitLower))
            return Plan.Skip("a hash that no key can have");
        var scopes = row.Json("scopes", out _) as JsonArray;
        var known = scopes?.OfType<JsonValue>().Select(value => value.TryGetValue<string>(out var scope) ? scope : null).OfType<string>() ?? ApiKeyScopes.Default;
        return Plan.Store(
            new()
            {
                ["id"] = row["id"],
                ["user_id"] = row["user_id"],
                ["name"] = row["name"] is { Length: > 0 } name ? name : "API key",
                ["key_prefix"] = row["key_prefix"] ?? "",
                ["key_hash"] = hash,
                ["scopes"] = new JsonArray([.. known.Select(scope => JsonValue.Create(scope))]),
                ["rate_limit_requests"] = row.Number("rate_limit_requests") is > 0 and var requests ? requests : 60,
                ["rate_limit_window"] = row.Number("rate_limit_window") is > 0 and var window ? window : 60,
                ["created_at"] = row.Created,
                ["last_used_at"] = row.Instant("last_used_at"),
                ["expires_at"] = row.Instant("expires_at"),
                ["revoked_at"] = row.Instant("revoked_at"),
            },
            scopes is null && row["scopes"] is not null ? "scopes that are no list, taken as the usual ones" : null);
    }
}
