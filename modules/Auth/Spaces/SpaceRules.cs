namespace Mana.Auth.Spaces;

/// <summary>What a space may be called and look like (auth.md 14.5).</summary>
internal static class SpaceRules
{
    public const string NameRule = "2 to 255 characters, none of them control characters";
    public const string SlugRule = "2 to 48 characters of a-z, 0-9 and -, not - at either end";
    public const string LogoRule = "An https URL of at most 500 characters, or null";
    const int LongestName = 255;
    const int LongestSlug = 48;
    const int LongestLogo = 500;

    /// <summary>A personal space may be named after a person whose name is one character.</summary>
    public static bool IsName(string title, bool personal) =>
        title.Length <= LongestName && title.Length >= (personal ? 1 : 2) && !title.Any(char.IsControl);

    /// <summary>By its form; whether it is reserved or taken is another question.</summary>
    public static bool IsSlug(string slug) =>
        slug.Length is >= 2 and <= LongestSlug && slug[0] != '-' && slug[^1] != '-'
        && slug.All(letter => letter == '-' || char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter));

    public static bool IsLogo(string logo) =>
        logo.Length <= LongestLogo && !logo.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter))
        && Uri.TryCreate(logo, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0;
}
