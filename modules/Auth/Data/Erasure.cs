namespace Mana.Auth.Data;

/// <summary>
/// The erasure of one person (auth.md 19.3), from the wish to the last look. The row is the lock of the work, its steps are the progress.
/// When it is finished only the digest of the id stays, which keeps late events from bringing anything back.
/// </summary>
internal sealed class Erasure
{
    public required string Id { get; init; }

    /// <summary>Keyed digest of the user id (SecurityChain), unique: whoever is erased is erased once.</summary>
    public required string Subject { get; init; }

    /// <summary>Null when it is finished.</summary>
    public string? UserId { get; set; }

    /// <summary>What becomes of spaces that would be left without an owner: <c>{"transferTo":…,"deleteSpaces":…}</c>. Null when it is finished.</summary>
    public string? Wish { get; set; }

    /// <summary>Of the farewell.</summary>
    public required string Locale { get; init; }

    /// <summary>Live ones that ended with the wish.</summary>
    public required int Sessions { get; init; }

    /// <summary>Ways to sign in.</summary>
    public required int Accounts { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public int Attempts { get; set; }

    public required DateTimeOffset NextAttemptAt { get; set; }

    /// <summary>Every module has erased and says so. One more look follows: tokens may be good on other hosts for some seconds.</summary>
    public DateTimeOffset? ErasedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }
}

/// <summary>What one module has to do for an erasure.</summary>
internal sealed class ErasureStep
{
    public required string ErasureId { get; init; }

    /// <summary>Of <c>IPersonalData</c>; <c>spaces</c> is the first step and <c>auth</c> the last.</summary>
    public required string Module { get; init; }

    /// <summary>Rows found, never fewer than at an earlier attempt.</summary>
    public long DeletedCount { get; set; }

    public int Attempts { get; set; }

    /// <summary>Kind of the last failure; never its text.</summary>
    public string? LastError { get; set; }

    public DateTimeOffset? DoneAt { get; set; }
}

/// <summary>The slug of an erased person's space, which is their handle elsewhere (OIDC, Matrix): nobody gets it again. Only a keyed digest is kept.</summary>
internal sealed class ErasedSlug
{
    public required byte[] Digest { get; init; }

    public required DateTimeOffset ErasedAt { get; init; }
}
