namespace Mana.Credits.Privacy;

/// <summary>The name that an erased person's rows go on under; the same one in every table, so that money that still moves finds its account.</summary>
internal static class ErasedOwner
{
    const string Prefix = "erased-";

    public static string New(string id) => Prefix + id;

    public static bool Is(string userId) => userId.StartsWith(Prefix, StringComparison.Ordinal);
}
