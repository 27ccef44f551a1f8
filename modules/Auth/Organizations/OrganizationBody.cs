using System.Text.Json;
using Mana.Auth.Spaces;
using Mana.Kernel.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Organizations;

/// <summary>
/// Members of a JSON body, where absent, null and text are three things. Behind <see cref="WithStorableBody"/>, so a body is an object, and
/// all of its texts can be read and stored.
/// </summary>
internal static class OrganizationBody
{
    /// <summary>A member of the body. Absent: neither null nor wrong, and no text.</summary>
    internal readonly record struct Field(string? Text, bool IsNull, bool IsWrong);

    public static TBuilder WithStorableBody<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.AddEndpointFilter(async (context, next) =>
            context.Arguments.OfType<JsonElement>().All(body => body.ValueKind == JsonValueKind.Object && StoredJson.IsStorable(body))
                ? await next(context)
                : Refusals.BadJson(context.HttpContext));

    public static Field Member(this JsonElement body, string name)
    {
        if (!body.TryGetProperty(name, out var value))
            return default;
        return value.ValueKind switch
        {
            JsonValueKind.Null => new Field(null, true, false),
            JsonValueKind.String => new Field(value.GetString(), false, false),
            _ => new Field(null, false, true),
        };
    }

    /// <summary>Null unless it is a text that says something.</summary>
    public static string? Text(this JsonElement body, string name) => body.Member(name).Text is { Length: > 0 } text ? text : null;

    public static bool Flag(this JsonElement body, string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>One role or a list of them, comma separated; null when there is none. What is no text becomes a role that nobody has registered.</summary>
    public static string? Role(this JsonElement body)
    {
        if (!body.TryGetProperty("role", out var role) || role.ValueKind == JsonValueKind.Null)
            return null;
        return role.ValueKind == JsonValueKind.Array ? string.Join(',', role.EnumerateArray().Select(Text)) : Text(role);
    }

    /// <summary>Null when it is no object of resources with arrays of actions. Both spellings of the engine.</summary>
    public static IReadOnlyList<(string Resource, string Action)>? Permissions(this JsonElement body)
    {
        if (!(body.TryGetProperty("permissions", out var wanted) || body.TryGetProperty("permission", out wanted)) || wanted.ValueKind != JsonValueKind.Object
            || !wanted.EnumerateObject().All(resource => resource.Value.ValueKind == JsonValueKind.Array))
            return null;
        return [.. wanted.EnumerateObject().SelectMany(resource => resource.Value.EnumerateArray(), (resource, action) => (resource.Name, Text(action)))];
    }

    /// <summary>The space that a body names; the active one when it names none.</summary>
    public static SpaceReference Reference(this JsonElement body) => new(body.Text("organizationId"), body.Text("organizationSlug"));

    static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : "?";
}
