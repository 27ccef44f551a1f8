using System.Text;
using System.Text.Json;
using Mana.Auth.Data;
using Mana.Auth.Data.Configurations;

namespace Mana.Auth.Spaces;

/// <summary>
/// What users may say about a space (auth.md 14.1). <c>type</c> and <c>tier</c> look like members of it and are columns: the first is read
/// once, at the founding, the second never (W6).
/// </summary>
/// <param name="Type">Null: absent, or none of the six.</param>
/// <param name="NamesType">It has a member <c>type</c>, whatever that says.</param>
/// <param name="Stored">A JSON object without those two.</param>
internal sealed record SpaceMetadata(SpaceType? Type, bool NamesType, string Stored)
{
    const int Largest = 16 * 1024;
    const string TypeName = "type";
    const string TierName = "tier";

    /// <summary>Null when it is no object, too large, or holds what <c>jsonb</c> cannot.</summary>
    public static SpaceMetadata? Read(JsonElement given)
    {
        if (given.ValueKind != JsonValueKind.Object || Encoding.UTF8.GetByteCount(given.GetRawText()) > Largest || !StoredJson.IsStorable(given))
            return null;
        using var stored = new MemoryStream();
        using (var json = new Utf8JsonWriter(stored))
        {
            json.WriteStartObject();
            foreach (var member in given.EnumerateObject().Where(member => member.Name is not (TypeName or TierName)))
                member.WriteTo(json);
            json.WriteEndObject();
        }

        var named = given.TryGetProperty(TypeName, out var type);
        return new SpaceMetadata(named ? TypeOf(type) : null, named, Encoding.UTF8.GetString(stored.ToArray()));
    }

    /// <summary>As clients see it: with type and tier, always.</summary>
    public static Dictionary<string, JsonElement> View(Organization space)
    {
        var view = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(space.Metadata)!;
        view[TypeName] = JsonSerializer.SerializeToElement(LowerCaseEnum.Text(space.Type));
        view[TierName] = JsonSerializer.SerializeToElement(LowerCaseEnum.Text(space.Tier));
        return view;
    }

    /// <summary>Exactly the word: neither numbers nor other spellings.</summary>
    public static SpaceType? TypeOf(JsonElement given)
    {
        if (given.ValueKind == JsonValueKind.String)
            foreach (var type in Enum.GetValues<SpaceType>())
                if (given.ValueEquals(LowerCaseEnum.Text(type)))
                    return type;
        return null;
    }
}
