using Microsoft.EntityFrameworkCore;

namespace Mana.Credits.Data;

/// <summary>
/// A line of the original's history, to be looked up and nothing else (commerce.md 16.4): it stands outside the postings and no balance is computed from it. Amounts are milli-credits.
/// Of a person that was erased the texts are blank.
/// </summary>
internal sealed class FormerTransaction
{
    public required Guid Id { get; init; }

    /// <summary>The person's <c>available</c> account.</summary>
    public required long Wallet { get; init; }

    /// <summary>As the original had it, also what is no type any more.</summary>
    public required string Type { get; init; }

    public required string Status { get; init; }

    public required long Amount { get; init; }

    public required long BalanceBefore { get; init; }

    public required long BalanceAfter { get; init; }

    public required string AppId { get; init; }

    public required string Description { get; init; }

    public string? Metadata { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public static void Map(ModelBuilder modelBuilder) => modelBuilder.Entity<FormerTransaction>(former =>
    {
        former.ToTable("former_transactions");
        former.HasKey(row => row.Id).HasName("former_transactions_key");
        former.Property(row => row.Id).ValueGeneratedNever();
        former.Property(row => row.Metadata).HasColumnType("jsonb");
        former.HasIndex(row => new { row.Wallet, row.CreatedAt, row.Id }).HasDatabaseName("former_transactions_wallet");
    });
}
