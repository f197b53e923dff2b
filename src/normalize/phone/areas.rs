//! The area codes of the North American plan without rules of their own: all numbers with an exchange from 200 on
//! are valid.
//!
//! They are listed here so that a file with no other numbers needs none of the library's patterns, which take 25
//! ms to build. Numbers of any other area are left to the library, and a test holds the list to it.

/// Whether every number of this area is valid whose exchange begins with 2 to 9.
pub(super) fn is_plain(area: u64) -> bool {
    let Ok(area) = usize::try_from(area) else { return false };
    PLAIN.get(area / 64).is_some_and(|bits| bits >> (area % 64) & 1 == 1)
}

const CODES: &str = "201 202 203 204 205 206 207 208 209 210 212 213 214 215 216 217 218 219 220 223 224 225 \
     226 227 228 229 231 234 235 236 239 240 248 249 250 251 252 253 254 256 257 260 262 263 \
     267 269 270 272 273 274 276 279 281 283 289 \
     301 302 303 304 305 306 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323 324 \
     325 326 327 329 330 331 332 334 336 337 339 341 343 346 347 350 351 352 353 354 360 361 \
     363 364 365 367 368 369 380 382 385 386 \
     401 402 403 404 405 406 407 408 409 410 412 413 414 415 416 417 418 419 423 424 425 428 \
     430 431 432 434 435 437 438 440 442 443 445 447 448 450 458 463 464 468 469 470 472 474 \
     475 478 479 480 484 \
     500 501 502 503 504 505 506 507 508 509 510 512 513 514 515 516 517 518 519 520 521 522 \
     525 526 527 528 529 530 531 532 533 534 539 540 541 544 548 551 557 559 561 562 563 564 \
     566 567 570 571 572 573 574 575 577 579 580 581 582 584 585 586 587 588 \
     600 601 602 603 604 605 606 607 608 609 610 612 613 614 615 616 617 618 619 620 622 623 \
     626 628 629 630 631 633 636 639 640 641 645 646 647 650 651 656 657 658 659 660 661 662 \
     667 669 672 678 680 681 682 683 686 689 \
     701 702 703 704 705 706 707 708 709 712 713 714 715 716 717 718 719 720 724 725 726 727 \
     728 730 731 732 734 737 738 740 742 743 747 748 753 754 757 760 762 763 765 769 770 771 \
     772 773 774 775 778 779 780 781 782 785 786 787 \
     800 801 802 803 804 805 806 807 808 809 810 812 813 814 815 816 817 818 819 820 821 825 \
     826 828 829 830 831 832 833 835 838 839 840 843 844 845 847 848 849 850 854 855 856 857 \
     858 859 860 862 863 864 865 866 867 870 872 873 877 878 879 888 \
     900 901 902 903 904 905 906 907 908 909 910 912 913 914 915 916 917 918 919 920 925 928 \
     929 930 931 934 936 937 938 939 940 941 942 943 945 947 948 949 951 952 954 956 959 970 \
     971 972 973 975 978 979 980 984 985 986 989";

/// One bit for each area code.
static PLAIN: [u64; 16] = {
    let mut bits = [0; 16];
    let codes = CODES.as_bytes();
    let mut at = 0;
    while at + 2 < codes.len() {
        let area = (codes[at] - b'0') as usize * 100
            + (codes[at + 1] - b'0') as usize * 10
            + (codes[at + 2] - b'0') as usize;
        bits[area / 64] |= 1 << (area % 64);
        at += 4;
    }
    bits
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_listed_is_plain_and_no_other() {
        for area in 0..1_100_u64 {
            let is_listed = CODES.split(' ').any(|code| code == format!("{area:03}"));
            assert_eq!(is_plain(area), is_listed, "{area}");
        }
        assert!(!is_plain(u64::MAX));
    }
}
