namespace Mana.Analytics.Pseudonyms;

/// <summary>
/// The words that names are made of, all different, all feminine. Never change their order or number: names that are stored stay, but people who come
/// later would be named by another list.
/// </summary>
internal static class PseudonymWords
{
    public static readonly IReadOnlyList<string> Adjectives =
    [
        "Mutige", "Kluge", "Sanfte", "Flinke", "Freche", "Frohe", "Heitere", "Kühne", "Leise", "Muntere", "Neugierige", "Ruhige", "Schlaue", "Stille", "Stolze", "Tapfere", "Treue",
        "Wache", "Weise", "Wilde", "Zarte", "Zähe", "Bunte", "Goldene", "Silberne", "Blaue", "Grüne", "Rote", "Weiße", "Gelbe", "Sonnige", "Nächtliche", "Fröhliche", "Fleißige",
        "Geduldige", "Gelassene", "Gewitzte", "Glückliche", "Gütige", "Herzliche", "Hilfreiche", "Höfliche", "Lebhafte", "Liebe", "Listige", "Lustige", "Milde", "Nette", "Offene",
        "Pfiffige", "Quirlige", "Rasche", "Redliche", "Robuste", "Rührige", "Sachte", "Scharfsinnige", "Schnelle", "Schöne", "Seltene", "Sorgsame", "Starke", "Strahlende",
        "Tatkräftige", "Tiefsinnige", "Träumende", "Tüchtige", "Unermüdliche", "Verspielte", "Verträumte", "Wachsame", "Warmherzige", "Wendige", "Wissende", "Witzige", "Würdige",
        "Zahme", "Zuversichtliche", "Aufmerksame", "Ausdauernde", "Bedachte", "Behutsame", "Beherzte", "Beständige", "Charmante", "Dankbare", "Edle", "Ehrliche", "Eifrige",
        "Elegante", "Emsige", "Erfinderische", "Ernste", "Feine", "Findige", "Freie", "Friedliche", "Geschickte", "Große", "Kleine",
    ];

    public static readonly IReadOnlyList<string> Animals =
    [
        "Eule", "Katze", "Ameise", "Amsel", "Antilope", "Auster", "Bachstelze", "Biene", "Blindschleiche", "Boa", "Dohle", "Drossel", "Echse", "Eidechse", "Elster", "Ente", "Eselin",
        "Fledermaus", "Fliege", "Forelle", "Gämse", "Gans", "Garnele", "Gazelle", "Giraffe", "Glucke", "Grasmücke", "Grille", "Haselmaus", "Heuschrecke", "Hirschkuh", "Hornisse",
        "Hummel", "Hyäne", "Kobra", "Kohlmeise", "Krabbe", "Krähe", "Kröte", "Kuh", "Languste", "Lerche", "Libelle", "Löwin", "Makrele", "Maus", "Meise", "Möwe", "Motte", "Mücke",
        "Muräne", "Muschel", "Nachtigall", "Natter", "Pute", "Qualle", "Ratte", "Ricke", "Robbe", "Sardine", "Schildkröte", "Schlange", "Schleie", "Schnecke", "Schwalbe", "Seekuh",
        "Spinne", "Spitzmaus", "Stute", "Taube", "Tigerin", "Unke", "Viper", "Wachtel", "Wespe", "Ziege", "Zikade", "Wölfin", "Füchsin", "Bärin",
    ];
}
