using System.Text.Json.Nodes;

namespace Mana.Auth.Import;

/// <summary>
/// How one table of the original comes over. A further table is a further class, registered in <see cref="ImportServices"/> behind the
/// tables that its rows refer to.
/// </summary>
internal interface ITableImport
{
    SourceTable Source { get; }

    TargetTable Target { get; }

    /// <summary>What is to be stored for a row. Asked twice, to store it and to compare it; says the same both times.</summary>
    Plan Read(OriginalRow row, Survey survey);
}

/// <summary>Where the rows go.</summary>
/// <param name="Name">Without its schema.</param>
/// <param name="Compared">Columns that come from the original.</param>
internal sealed record TargetTable(string Name, params string[] Compared)
{
    public string Key { get; init; } = "id";

    /// <summary>Columns that are made up here and may differ from one look to the next.</summary>
    public string[] Made { get; init; } = [];

    /// <summary>SQL over <c>w</c>, the row to be stored; when it is false the row is skipped as <see cref="NotStored"/> says.</summary>
    public string Condition { get; init; } = "true";

    /// <summary>Why a row was not stored although nothing was wrong with it.</summary>
    public string NotStored { get; init; } = "there is one like it here";

    /// <summary>Set where row-level security binds a row to the person in that column.</summary>
    public string? OwnerColumn { get; init; }

    /// <summary>Set where a row changes another one instead of being added: the assignments, over <c>w</c>; the condition sees the other one as <c>t</c>.</summary>
    public string? Update { get; init; }
}

/// <summary>A row that is to be stored, or why it is not.</summary>
/// <param name="Row">The values of all columns of the target; null: skipped.</param>
internal sealed record Plan(JsonObject? Row, string? Skipped, IReadOnlyList<string> Remarks)
{
    public static Plan Skip(string reason) => new(null, reason, []);

    public static Plan Store(JsonObject row, params IEnumerable<string?> remarks) => new(row, null, [.. remarks.OfType<string>()]);
}
