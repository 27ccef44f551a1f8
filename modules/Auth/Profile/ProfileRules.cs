using System.Text.Json;

namespace Mana.Auth.Profile;

/// <summary>A change of name, picture, or both. Null in <see cref="Image"/> takes the picture away.</summary>
internal sealed record ProfileChange(string? Name, bool ChangesImage, string? Image);

/// <summary>What a profile may hold, and how a wish to change it is read: what is absent stays, so null and absent differ (auth.md 8, 19.4).</summary>
internal static class ProfileRules
{
    public const string ImageRule = "An absolute http(s) URL of at most 2048 characters, or null";
    const int LongestImage = 2048;

    public static bool IsImage(string text) =>
        text.Length <= LongestImage && !text.Any(char.IsControl) && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";

    /// <summary>The change, or what is wrong with it as <c>field: rule</c>.</summary>
    /// <param name="strict">Properties other than these two are an error: somebody believes that they can change them.</param>
    public static (ProfileChange? Change, string? Problem) Read(JsonElement body, int shortest, int longest, bool strict)
    {
        if (body.ValueKind != JsonValueKind.Object)
            return (null, "body: Expected an object");
        if (strict && body.EnumerateObject().FirstOrDefault(member => member.Name is not ("name" or "image")) is { Value.ValueKind: not JsonValueKind.Undefined } other)
            return (null, $"{StoredText.Shortened(other.Name, 50)}: Cannot be changed here");
        string? name = null;
        if (body.TryGetProperty("name", out var wanted))
        {
            name = wanted.ValueKind == JsonValueKind.String ? Text(wanted)?.Trim() : null;
            if (name is null || name.Length < shortest || name.Length > longest || name.Any(char.IsControl))
                return (null, $"name: {shortest} to {longest} characters, none of them control characters");
        }

        var changesImage = body.TryGetProperty("image", out var picture);
        var image = changesImage && picture.ValueKind == JsonValueKind.String ? Text(picture) : null;
        if (changesImage && picture.ValueKind != JsonValueKind.Null && (image is null || !IsImage(image)))
            return (null, "image: " + ImageRule);
        return name is null && !changesImage ? (null, "Nothing to change: give name or image") : (new ProfileChange(name, changesImage, image), null);
    }

    /// <summary>What the board of ideas is to show (commerce.md 10.7); null when nothing is said. What is wrong with it, or null.</summary>
    public static string? ReadShowRealName(JsonElement body, out bool? value)
    {
        value = null;
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("feedbackShowRealName", out var flag))
            return null;
        if (flag.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            return "feedbackShowRealName: true or false";
        value = flag.GetBoolean();
        return null;
    }

    public static bool ChangesNothingElse(JsonElement body) => !body.TryGetProperty("name", out _) && !body.TryGetProperty("image", out _);

    /// <summary>Null for half a surrogate pair, which JSON can spell and nothing can store.</summary>
    static string? Text(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
