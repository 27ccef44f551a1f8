using Microsoft.AspNetCore.Http;

namespace Mana.Kernel.Wire;

/// <summary>The language of pages, mails and texts that the server words itself: <c>de</c> or <c>en</c>.</summary>
public static class VisitorLanguage
{
    /// <summary>German unless the first language that we have is English (auth.md 23).</summary>
    public static string Of(HttpRequest request) => request.GetTypedHeaders().AcceptLanguage.OrderByDescending(language => language.Quality ?? 1)
        .Select(language => language.Value.Value ?? "").FirstOrDefault(language => Is(language, "en") || Is(language, "de")) is { } first && Is(first, "en") ? "en" : "de";

    static bool Is(string tag, string language) => tag.StartsWith(language, StringComparison.OrdinalIgnoreCase);
}
