namespace Mana.Auth.Import;

/// <summary>A table of the original and what is read of it.</summary>
/// <param name="Name">Without its schema.</param>
/// <param name="Required">Without one of these it is not the table of an original.</param>
/// <param name="Optional">Came or went in the course of time.</param>
internal sealed record SourceTable(string Name, string[] Required, string[] Optional)
{
    /// <summary>Names the row, in every report and for all time.</summary>
    public string Id { get; init; } = "id";

    /// <summary>Further values, as SQL over required columns.</summary>
    public (string Name, string Sql)[] Computed { get; init; } = [];

    /// <summary>Over required columns; rows of one owner together where they are stored together.</summary>
    public string OrderBy { get; init; } = "id";
}
