using System.Text;
using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Kernel.Ids;
using Microsoft.EntityFrameworkCore;

namespace Mana.Auth.Spaces;

/// <summary>How a personal space comes by its slug (auth.md 14.4).</summary>
internal sealed class SpaceSlugs(AuthDbContext database, SecretBox secrets, IIdSource ids)
{
    const int Longest = 30;
    const int LastNumber = 999;
    const int RandomLetters = 6;
    const string Purpose = "erased slug";

    static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "me", "admin", "api", "auth", "login", "logout", "signup", "signin", "register", "settings", "new", "app", "www", "support", "help", "billing", "invite",
        "oauth2", "well-known", "static", "assets", "status", "docs", "blog",
    };

    /// <summary>No space may have it, whoever asks.</summary>
    public static bool IsReserved(string slug) => Reserved.Contains(slug);

    /// <summary>What is left of a local part; empty when nothing is.</summary>
    public static string Base(string localPart)
    {
        var slug = new StringBuilder(localPart.Length);
        foreach (var letter in localPart.ToLowerInvariant())
        {
            var kept = char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) ? letter : '-';
            if (kept != '-' || (slug.Length > 0 && slug[^1] != '-'))
                slug.Append(kept);
        }

        var text = slug.ToString().Trim('-');
        return text.Length <= Longest ? text : text[..Longest].Trim('-');
    }

    /// <summary>
    /// A free one, and free until the caller's transaction ends as far as personal spaces go: whoever wants the same waits here. A space
    /// whose slug somebody chose may still come first; then the unique index says so.
    /// </summary>
    public async Task<string> FreeAsync(string localPart, CancellationToken cancellationToken)
    {
        var wanted = Base(localPart) is { Length: > 0 } slug ? slug : "user-" + Random();
        await database.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended('auth.organizations.slug:' || {wanted}, 0))", cancellationToken);
        var pattern = wanted + "-%";
        var taken = (await database.Organizations.Where(space => space.Slug == wanted || EF.Functions.Like(space.Slug, pattern)).Select(space => space.Slug)
            .ToListAsync(cancellationToken)).ToHashSet(StringComparer.Ordinal);
        if (!IsReserved(wanted) && !taken.Contains(wanted) && !await WasErasedAsync(wanted, cancellationToken))
            return wanted;
        for (var number = 2; number <= LastNumber; number++)
            if (!taken.Contains($"{wanted}-{number}") && !await WasErasedAsync($"{wanted}-{number}", cancellationToken))
                return $"{wanted}-{number}";
        return $"{wanted}-{Random()}";
    }

    /// <summary>Whether it was the handle of somebody who was erased: clients that know people by it must not take another one for them.</summary>
    public Task<bool> WasErasedAsync(string slug, CancellationToken cancellationToken)
    {
        var digest = secrets.Digest(Purpose, slug);
        return database.Set<ErasedSlug>().AnyAsync(row => row.Digest == digest, cancellationToken);
    }

    /// <summary>Inside the transaction that removes the space's row.</summary>
    public Task RetireAsync(string slug, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.Database.ExecuteSqlAsync($"INSERT INTO auth.erased_slugs (digest, erased_at) VALUES ({secrets.Digest(Purpose, slug)}, {now}) ON CONFLICT DO NOTHING", cancellationToken);

    string Random()
    {
        Span<byte> bytes = stackalloc byte[RandomLetters];
        ids.Fill(bytes);
        var letters = new char[RandomLetters];
        for (var at = 0; at < RandomLetters; at++)
            letters[at] = (char)('a' + (bytes[at] % 26));
        return new string(letters);
    }
}
