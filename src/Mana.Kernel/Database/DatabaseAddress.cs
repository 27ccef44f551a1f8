namespace Mana.Kernel.Database;

/// <summary>Where a database is, as an operator writes it.</summary>
public static class DatabaseAddress
{
    /// <summary>
    /// Npgsql's connection string for <c>postgresql://user:password@host/db</c> or for that form itself; null when the text is neither.
    /// </summary>
    public static string? Read(string text)
    {
        try
        {
            return ConnectionStrings.Parse(text).ConnectionString;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            return null;
        }
    }
}
