namespace Mana.FakeStripe;

/// <summary>How a fake Stripe behaves.</summary>
public sealed record FakeStripeOptions
{
    /// <summary>0: any free port.</summary>
    public int Port { get; init; }

    /// <summary>Shared with the host under test, when that has a clock that is moved by hand.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Part of every id, so that two runs against one database do not meet.</summary>
    public string Run { get; init; } = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(3));

    /// <summary>How long a direct debit takes.</summary>
    public TimeSpan SepaDays { get; init; } = TimeSpan.FromDays(5);

    /// <summary>A customer or price that nobody made is made when it is named: a trial's database outlives the fake's memory.</summary>
    public bool AdoptUnknown { get; init; }

    /// <summary>What <c>livemode</c> says; only to see it refused.</summary>
    public bool Livemode { get; init; }
}
