namespace Mana.Auth.Data;

/// <summary>A guess at a password (auth.md 4.3, item 13), whether the address has an account or not. Passwords/GuessLimit writes it.</summary>
internal sealed class LoginAttempt
{
    public long Id { get; init; }

    public required string Address { get; init; }

    /// <summary><c>device:…</c> or <c>network:…</c>.</summary>
    public required string Source { get; init; }

    public string? IpAddress { get; init; }

    public required string Method { get; init; }

    /// <summary>Null while it is evaluated, then false; one that was right leaves no row.</summary>
    public bool? Successful { get; set; }

    public required DateTimeOffset AttemptedAt { get; init; }
}

/// <summary>That a place, or every stranger (<c>*</c>), may not guess at an address for a while.</summary>
internal sealed class LoginLock
{
    public required string Address { get; init; }

    public required string Source { get; init; }

    public required DateTimeOffset LockedAt { get; set; }

    public required DateTimeOffset LockedUntil { get; set; }
}

/// <summary>How often an address got a mail of a kind in the current span of time, so that strangers cannot have us flood it.</summary>
internal sealed class MailAllowance
{
    public required string Kind { get; init; }

    public required string Address { get; init; }

    public required DateTimeOffset Since { get; set; }

    public required int Spent { get; set; }
}

/// <summary>Accounts created on a day, UTC (auth.md 5.7).</summary>
internal sealed class SignUpDay
{
    public required DateOnly Day { get; init; }

    public required int Registered { get; set; }

    /// <summary>Also those whose address had an account already: the figure that the public may see.</summary>
    public int Accepted { get; set; }
}
