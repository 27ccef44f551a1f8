using System.Text.Json;
using System.Text.Json.Nodes;
using Mana.Kernel.Database;
using Mana.Kernel.Privacy;
using Mana.Kernel.Wire;
using Mana.Users.Links;
using Mana.Users.Settings;
using Mana.Users.Tags;
using Npgsql;

namespace Mana.Users.Privacy;

/// <summary>Export and erasure (commerce.md 13.2): everything here belongs to one person, so everything goes.</summary>
internal sealed class UsersPersonalData(NpgsqlDataSource database, SettingsStore settings, TagStore tags, TagGroupStore groups) : IPersonalData
{
    const string Links = "SELECT id, tag_id, app_id, entity_id, entity_type, user_id, created_at FROM users.tag_links WHERE user_id = $1 ORDER BY created_at, id";

    public string Module => "users";

    public async Task ExportAsync(string userId, Stream output, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        var stored = await settings.FindAsync(userId, cancellationToken);
        Member(json, "settings", new JsonObject
        {
            ["globalSettings"] = stored.Document.Global, ["appOverrides"] = stored.Document.Apps, ["deviceSettings"] = stored.Document.Devices,
            ["updatedAt"] = stored.UpdatedAt is { } at ? PlatformJson.Instant(at) : null,
        });
        Member(json, "tags", await tags.AllAsync(userId, cancellationToken));
        Member(json, "tagGroups", await groups.AllAsync(userId, cancellationToken));
        json.WriteStartArray("tagLinks");
        await using (var command = database.Sql(Links, userId))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            while (await reader.ReadAsync(cancellationToken))
            {
                JsonSerializer.Serialize(json, TagLinkStore.Read(reader), PlatformJson.Options);
                await json.FlushAsync(cancellationToken);
            }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    public async Task EraseAsync(string userId, CancellationToken cancellationToken)
    {
        // Links go with their tags.
        foreach (var sql in (string[])["DELETE FROM users.tags WHERE user_id = $1", "DELETE FROM users.tag_groups WHERE user_id = $1", "DELETE FROM users.settings WHERE user_id = $1"])
            await database.Sql(sql, userId).RunAsync(cancellationToken);
    }

    public Task<long> CountAsync(string userId, CancellationToken cancellationToken) => database.Sql("""
        SELECT (SELECT count(*) FROM users.settings WHERE user_id = $1) + (SELECT count(*) FROM users.tags WHERE user_id = $1)
          + (SELECT count(*) FROM users.tag_groups WHERE user_id = $1) + (SELECT count(*) FROM users.tag_links WHERE user_id = $1)
        """, userId).ValueAsync<long>(cancellationToken);

    static void Member(Utf8JsonWriter json, string name, object value)
    {
        json.WritePropertyName(name);
        JsonSerializer.Serialize(json, value, PlatformJson.Options);
    }
}
